/**
 * A build as plain data. `decide.ts` decides what happens to it; nothing here has a clock, a
 * promise or an identity.
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
  /** Its generator; absent for a step of the pipeline. */
  readonly appendedBy?: AppendedBy
}

/** The job that appended a step. */
interface AppendedBy {
  /** Index into `Build.steps`, lower than that of the appended step. */
  readonly step: number
  readonly job: string
}

/** The steps that a generator leaves for its build. */
export type AppendRequest =
  | {
      readonly kind: 'steps'
      readonly plan: AppendedPlan
      /** Results of the steps' conditions. */
      readonly conditions: readonly boolean[]
    }
  /** Its files are no steps; the message says why. */
  | { readonly kind: 'unreadable'; readonly message: string }

/** A service of a step, as the newest lease of its job runs it. The plan has the rest. */
export interface ServiceState {
  readonly name: string
  /** `failed`: it ended before it was ready. */
  readonly state: 'starting' | 'ready' | 'ended' | 'failed'
  /** Milliseconds from its start until it was ready; null before. */
  readonly readyMs: number | null
  /** Null until it ends by itself, and when it was killed with its step. */
  readonly exitCode: number | null
}

/** When a part of a job's work began and ended, as its runner said. */
export interface JobPhase {
  /** Number of the lease that it was done under. */
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
   * Random id of the newest lease: a database that loses commits in a failover gives a number again.
   * Null before a lease, and for leases of releases without such ids.
   */
  readonly leaseId: string | null
  /**
   * The runner of its newest lease, whose machine has the files that it left. Null before a lease,
   * for jobs of earlier releases, and when that machine is gone.
   */
  readonly runner: string | null
  /** Number of lost leases. An infrastructure retry happens while it is below the limit. */
  readonly lost: number
  /** The instant before which the job must not be leased (retry delay); null for none. */
  readonly notBefore: Instant | null
  readonly createdAt: Instant
  readonly scheduledAt: Instant | null
  /** When its newest lease began; null while it waits for one. */
  readonly assignedAt: Instant | null
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /** When the step's own time is over; set when the command starts. */
  readonly deadlineAt: Instant | null
  /** When a canceling or timing-out job ends whatever its runner says. */
  readonly killBy: Instant | null
  readonly exitCode: number | null
  readonly errorCode: JobErrorCode | null
  readonly errorMessage: string | null
  /** `stopped`: another step failed and the build stopped; `errorMessage` names it. */
  readonly skipReason: 'condition' | 'prerequisite' | 'stopped' | null
  readonly softFailed: boolean
  readonly cached: boolean
  /** The image for which the base `host` stood in. */
  readonly substitutedImage: string | null
  /**
   * Snapshot that it left: for its `builds_in` children when it passed, otherwise for inspecting
   * the failure.
   */
  readonly snapshot: string | null
  /** In the order of the plan. Empty until the sandbox is made, and for a cached step. */
  readonly services: readonly ServiceState[]
  /** Snapshots that its services left for later steps, by name of the service. */
  readonly serviceSnapshots: ServiceSnapshots
  /** In the order in which they were reported, of every lease that it had. */
  readonly phases: readonly JobPhase[]
}

export type ServiceSnapshots = Readonly<Record<string, string>>

export interface Build {
  readonly id: string
  /** The owner for fair turns: the organization on a server, a constant on a laptop. */
  readonly queue: string
  /** Id within the queue for limits and groups; '' where there is none. */
  readonly pipeline: string
  readonly state: BuildState
  readonly cancelRequested: boolean
  /** Whether it waits for approval, so that no job is ready. Stays true when it ends without. */
  readonly held: boolean
  /** Null for a build without a group, and while its steps are unknown. */
  readonly group: BuildGroup | null
  /** Decides its turn in the group: when it was made or last reopened; null without a group. */
  readonly groupTurn: Instant | null
  /**
   * Whether it waits for a place in its group, so that no job is ready. Stays true when it ends
   * without.
   */
  readonly awaitsPlace: boolean
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly createdAt: Instant
  /** Since when it waits, or waited, to begin: when it was made, or retried before it had begun. */
  readonly queuedAt: Instant
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /**
   * Milliseconds between an end and the retry that reopened it; they do not count as running time.
   */
  readonly idleMs: number
  /**
   * When `build_deadline` is due; null without a time limit, after it was taken, and after a
   * cancel.
   */
  readonly deadlineAt: Instant | null
  /** The plan's limit, kept because a retry gives the build its whole time again. */
  readonly timeoutSeconds: number | null
  readonly steps: readonly Step[]
  /** The newest attempt of each step, in the order of the steps. */
  readonly jobs: readonly Job[]
  /** The job that renders the steps, kept after its end; null when the plan was given. */
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
  /** Whether its reports were read to their ends and none of their results was left out. */
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
      /** Why the file system of a passed command could not be kept. */
      readonly snapshotError?: string
      /** Why artifacts that a passed command must leave are not kept. */
      readonly artifactError?: ArtifactError
      /** A sentence about what on the machine may be to blame for a failure. */
      readonly blame?: string
      readonly serviceSnapshots?: ServiceSnapshots
      /** Why the files of a service that a later step starts from could not be kept. */
      readonly serviceError?: string
    }
  | { readonly kind: 'cached'; readonly snapshot: string; readonly serviceSnapshots?: ServiceSnapshots }
  | {
      readonly kind: 'refused'
      readonly code: JobErrorCode
      readonly message: string
      /** An error of the whole build: the job fails hard, without a retry. */
      readonly buildError?: { readonly code: string; readonly message: string }
    }

/** A lease, as a report names it. */
export interface NamedLease {
  readonly fence: number
  /** Null or absent from a runner that knows no such ids: its number alone counts. */
  readonly leaseId?: string | null
}

interface UnderLease extends NamedLease {
  readonly job: string
  readonly at: Instant
}

/** A report that may tell phases which none before it told. */
interface Phased {
  readonly phases?: readonly Omit<JobPhase, 'fence'>[]
}

/** Everything that can happen to a build. `at` is its instant. */
export type BuildEvent =
  | (UnderLease & { readonly type: 'leased'; readonly runner?: string })
  | (UnderLease & Phased & { readonly type: 'started' })
  /** The base `host` stands in for an image. */
  | (UnderLease & { readonly type: 'substituted'; readonly image: string })
  /** The states of a step's services, whenever one changes. */
  | (UnderLease & { readonly type: 'services'; readonly services: readonly ServiceState[] })
  | (UnderLease &
      Phased & {
        readonly type: 'ended'
        readonly outcome: Outcome
        /** Absent for a step without `append`, and from a runner that cannot read its files. */
        readonly appends?: AppendRequest | undefined
        /** Added by the store for a step that asks for `quarantine`. */
        readonly failedTests?: FailedTests | undefined
      })
  /**
   * The command has ended in time. Later work, such as the upload of its artifacts, does not count
   * towards the step's own time.
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
  /** The build gives way to a newer one of its group. */
  | { readonly type: 'supersede'; readonly at: Instant }
  /**
   * Nothing changed since `since` and nothing will: the build is abandoned. `reasons` has a
   * sentence for each ready job, by id: what it waits for.
   */
  | {
      readonly type: 'abandon'
      readonly at: Instant
      readonly since: Instant
      readonly reasons: Readonly<Record<string, string>>
    }
  /** A runner is gone for good, and with it the files on its machine; the server has the kept ones. */
  | {
      readonly type: 'holder_gone'
      readonly runner: string
      readonly kept?: readonly string[]
      readonly at: Instant
    }
  /**
   * A ready job starts from files on several runners, and those that are stuck cannot leave theirs, so
   * no runner ever has all of them. The server has the kept ones.
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

/** A consequence of a change. The transaction of the change writes it, or hands it on. */
export type Effect =
  | { readonly type: 'ready'; readonly job: string; readonly notBefore: Instant | null }
  | { readonly type: 'stop'; readonly job: string; readonly fence: number; readonly reason: 'cancel' | 'timeout' }
  | { readonly type: 'remark'; readonly job: string; readonly text: string }
  | {
      readonly type: 'job_ended'
      readonly job: string
      /** Ids of the logs of its services, which end with it. */
      readonly logs?: readonly string[]
    }
  | { readonly type: 'build_ended' }
  /** A place in the group with this key may be free or wanted. */
  | { readonly type: 'group_due'; readonly key: string }
