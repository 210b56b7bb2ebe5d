/**
 * A build as plain data. `decide.ts` decides how it changes; nothing here has a clock, a promise or
 * an identity.
 */
import type { AppendedPlan, Plan, PlannedStep } from '@harmont/ir'
import type { PhaseName } from '../trace.ts'
import type { BuildGroup } from './build-group.ts'

export type JobState =
  | 'pending'
  | 'scheduled'
  | 'assigned'
  | 'running'
  | 'passed'
  | 'failed'
  | 'skipped'
  | 'canceling'
  | 'canceled'
  | 'timing_out'
  | 'timed_out'

export type BuildState = 'scheduled' | 'running' | 'failing' | 'passed' | 'failed' | 'canceling' | 'canceled'

export type JobErrorCode =
  | 'out_of_memory'
  | 'disk_limit'
  | 'step_timeout'
  | 'pipeline_timeout'
  | 'provision_failed'
  | 'snapshot_failed'
  | 'artifact_missing'
  | 'artifact_failed'
  | 'sandbox_lost'
  | 'build_abandoned'
  | 'secret_missing'
  | 'secret_unusable'
  | 'input_missing'
  | 'service_unsupported'
  | 'service_failed'
  | 'service_timeout'
  | 'service_unclean'
  | 'split_failed'
  | 'egress_unsupported'
  | 'append_refused'

/** Unix milliseconds. */
export type Instant = number

/** A planned step, with the result of its condition when the build was created. */
export interface Step extends PlannedStep {
  readonly conditionHolds: boolean
  /** The step's generator; absent for a step of the pipeline. */
  readonly appendedBy?: AppendedBy
}

/** The job that appended a step. */
interface AppendedBy {
  /** Index of the generator in `Build.steps`, lower than that of the appended step. */
  readonly step: number
  readonly job: string
}

/** A generator's request to append steps to its build. */
export type AppendRequest =
  | {
      readonly kind: 'steps'
      readonly plan: AppendedPlan
      /** Results of the steps' conditions. */
      readonly conditions: readonly boolean[]
    }
  /** The generator's files cannot be read as steps; the message states the reason. */
  | { readonly kind: 'unreadable'; readonly message: string }

/** A service of a step, as the newest lease of its job runs it. The plan has its other fields. */
export interface ServiceState {
  readonly name: string
  /** `failed` means that it ended before it was ready. */
  readonly state: 'starting' | 'ready' | 'ended' | 'failed'
  /** Milliseconds from its start until it was ready; null before. */
  readonly readyMs: number | null
  /** Exit code; null while the service runs, and when it was killed with its step. */
  readonly exitCode: number | null
}

/** Start and end of a phase of a job's work, as its runner reported them. */
export interface JobPhase {
  /** Fencing number of the lease under which the phase ran. */
  readonly fence: number
  readonly name: PhaseName
  readonly from: Instant
  readonly to: Instant
}

export interface Job {
  readonly id: string
  /** Index into `Build.steps`; null for the job that renders the pipeline. */
  readonly step: number | null
  /** Counts from 1; each attempt is a job of its own. */
  readonly attempt: number
  readonly previousAttempt: string | null
  readonly state: JobState
  /** Number of the newest lease; 0 before the first. A write with another number is refused. */
  readonly fence: number
  /**
   * Random id of the newest lease, because a database that loses commits in a failover may reuse a
   * fencing number. Null before a lease, and for leases of releases without such ids.
   */
  readonly leaseId: string | null
  /**
   * Runner of the job's newest lease, whose machine has the job's files. Null before a lease, for
   * jobs of earlier releases, and when that machine is gone.
   */
  readonly runner: string | null
  /** Number of lost leases. The job is restarted while the number is below the limit. */
  readonly lost: number
  /** Instant before which the job must not be leased (retry delay); null if there is none. */
  readonly notBefore: Instant | null
  readonly createdAt: Instant
  readonly scheduledAt: Instant | null
  /** Start of the newest lease; null while the job waits for one. */
  readonly assignedAt: Instant | null
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /** End of the step's own time; set when the command starts. */
  readonly deadlineAt: Instant | null
  /** Instant at which a canceling or timing-out job ends, whatever its runner reports. */
  readonly killBy: Instant | null
  readonly exitCode: number | null
  readonly errorCode: JobErrorCode | null
  readonly errorMessage: string | null
  /** `stopped`: another step failed and the build stopped; `errorMessage` names it. */
  readonly skipReason: 'condition' | 'prerequisite' | 'stopped' | null
  readonly softFailed: boolean
  readonly cached: boolean
  /** The image that the base `host` replaced. */
  readonly substitutedImage: string | null
  /**
   * Snapshot of the job: for its `builds_in` children if it passed, otherwise for inspecting the
   * failure.
   */
  readonly snapshot: string | null
  /** Services in the order of the plan. Empty before the sandbox exists, and for a cached step. */
  readonly services: readonly ServiceState[]
  /** Snapshots of the step's services for later steps, by name of the service. */
  readonly serviceSnapshots: ServiceSnapshots
  /** Phases of all leases of the job, in the order of their reports. */
  readonly phases: readonly JobPhase[]
}

export type ServiceSnapshots = Readonly<Record<string, string>>

export interface Build {
  readonly id: string
  /** Owner for fair scheduling: the organization on a server, a constant for `hm run`. */
  readonly queue: string
  /** Id within the queue for limits and groups; '' for a build without a pipeline. */
  readonly pipeline: string
  readonly state: BuildState
  readonly cancelRequested: boolean
  /**
   * Whether the build waits for approval, so that no job is ready. Stays true when the build ends
   * without approval.
   */
  readonly held: boolean
  /** Null for a build without a group, and while the build's steps are unknown. */
  readonly group: BuildGroup | null
  /**
   * Instant that orders the build within its group: its creation or latest reopening; null without
   * a group.
   */
  readonly groupTurn: Instant | null
  /**
   * Whether the build waits for a place in its group, so that no job is ready. Stays true when the
   * build ends without a place.
   */
  readonly awaitsPlace: boolean
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly createdAt: Instant
  /** Start of the wait to begin: the creation of the build, or a retry before it had begun. */
  readonly queuedAt: Instant
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /**
   * Milliseconds between an end and the retry that reopened it; they do not count as running time.
   */
  readonly idleMs: number
  /**
   * Instant at which `build_deadline` is due; null without a time limit, after that event, and
   * after a cancel.
   */
  readonly deadlineAt: Instant | null
  /** The plan's limit, kept because a retry gives the build its full time again. */
  readonly timeoutSeconds: number | null
  readonly steps: readonly Step[]
  /** The newest attempt of each step, in step order. */
  readonly jobs: readonly Job[]
  /**
   * The job that renders the steps, kept after its end; null for a build that was created from a
   * plan.
   */
  readonly render: Job | null
}

export interface ArtifactError {
  readonly code: 'artifact_missing' | 'artifact_failed'
  readonly message: string
}

/** The failed tests of a red step's reports. */
export interface FailedTests {
  readonly count: number
  readonly inQuarantine: number
  /** Whether the reports were read completely and none of their results was left out. */
  readonly areWhole: boolean
}

export type Outcome =
  | {
      readonly kind: 'exited'
      /** Null when the end is unknown because the sandbox vanished. */
      readonly exitCode: number | null
      readonly signal: string | null
      readonly limit: 'memory' | 'disk' | null
      readonly snapshot: string | null
      /** Reason why the file system of a passed command could not be kept. */
      readonly snapshotError?: string
      /** Reason why required artifacts of a passed command are not kept. */
      readonly artifactError?: ArtifactError
      /** A sentence about a possible cause of the failure on the machine. */
      readonly blame?: string
      readonly serviceSnapshots?: ServiceSnapshots
      /** Reason why service files that a later step starts from could not be kept. */
      readonly serviceError?: string
    }
  | { readonly kind: 'cached'; readonly snapshot: string; readonly serviceSnapshots?: ServiceSnapshots }
  | {
      readonly kind: 'refused'
      readonly code: JobErrorCode
      readonly message: string
      /** An error of the whole build, which fails the job hard and without a retry. */
      readonly buildError?: { readonly code: string; readonly message: string }
    }

/** A lease, as a report names it. */
export interface NamedLease {
  readonly fence: number
  /** Null or absent from a runner without lease ids; then only the fencing number counts. */
  readonly leaseId?: string | null
}

interface UnderLease extends NamedLease {
  readonly job: string
  readonly at: Instant
}

/** A report that may contain phases which no earlier report contained. */
interface Phased {
  readonly phases?: readonly Omit<JobPhase, 'fence'>[]
}

/** An event of a build. `at` is its instant. */
export type BuildEvent =
  | (UnderLease & { readonly type: 'leased'; readonly runner?: string })
  | (UnderLease & Phased & { readonly type: 'started' })
  /** The base `host` replaces an image. */
  | (UnderLease & { readonly type: 'substituted'; readonly image: string })
  /** The states of a step's services, reported at every change. */
  | (UnderLease & { readonly type: 'services'; readonly services: readonly ServiceState[] })
  | (UnderLease &
      Phased & {
        readonly type: 'ended'
        readonly outcome: Outcome
        /** Absent for a step without `append`, and from a runner that cannot read append files. */
        readonly appends?: AppendRequest | undefined
        /** Added by the store for a step that asks for `quarantine`. */
        readonly failedTests?: FailedTests | undefined
      })
  /**
   * The command has ended in time. Later work, such as an artifact upload, does not count towards
   * the step's own time.
   */
  | (UnderLease & { readonly type: 'command_ended' })
  | (UnderLease & { readonly type: 'lease_lost' })
  | { readonly type: 'job_deadline'; readonly job: string; readonly at: Instant }
  | { readonly type: 'build_deadline'; readonly at: Instant }
  | { readonly type: 'kill_overdue'; readonly job: string; readonly at: Instant }
  | { readonly type: 'cancel'; readonly at: Instant }
  /** A person approves a held build; its time begins. */
  | { readonly type: 'approve'; readonly at: Instant }
  /** Nobody approved it in time. */
  | { readonly type: 'approval_expired'; readonly at: Instant }
  /** The build gets a place in its group. */
  | { readonly type: 'admit'; readonly at: Instant }
  /** The build is superseded by a newer one of its group. */
  | { readonly type: 'supersede'; readonly at: Instant }
  /**
   * Nothing has changed since `since` and nothing will, so the build is abandoned. `reasons` has a
   * sentence for each ready job, by id, that explains its wait.
   */
  | {
      readonly type: 'abandon'
      readonly at: Instant
      readonly since: Instant
      readonly reasons: Readonly<Record<string, string>>
    }
  /**
   * A runner is gone for good with the files on its machine; the server has the snapshots in
   * `kept`.
   */
  | {
      readonly type: 'holder_gone'
      readonly runner: string
      readonly kept?: readonly string[]
      readonly at: Instant
    }
  /**
   * A ready job starts from files on several runners. The files in `stuck` cannot leave their
   * runner, so no runner can ever have all of them. The server has the snapshots in `kept`.
   */
  | {
      readonly type: 'files_apart'
      readonly job: string
      readonly stuck: readonly string[]
      readonly kept: readonly string[]
      readonly at: Instant
    }
  /** A person retries the newest attempt of a step that ended without passing. */
  | { readonly type: 'retry'; readonly job: string; readonly at: Instant }
  | (UnderLease & {
      readonly type: 'rendered'
      readonly plan: Plan
      readonly conditions: readonly boolean[]
      readonly group?: BuildGroup | undefined
    })
  | (UnderLease & { readonly type: 'render_failed'; readonly code: string; readonly message: string })

/** A consequence of a change. Written in the transaction of the change, or passed on by it. */
export type Effect =
  | { readonly type: 'ready'; readonly job: string; readonly notBefore: Instant | null }
  | { readonly type: 'stop'; readonly job: string; readonly fence: number; readonly reason: 'cancel' | 'timeout' }
  | { readonly type: 'remark'; readonly job: string; readonly text: string }
  | {
      readonly type: 'job_ended'
      readonly job: string
      /** Ids of the logs of the job's services, which end with the job. */
      readonly logs?: readonly string[]
    }
  | { readonly type: 'build_ended' }
  /** A build of this group waits for a place, or a place has become free. */
  | { readonly type: 'group_due'; readonly key: string }
