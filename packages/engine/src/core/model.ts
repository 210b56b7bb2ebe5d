/** A build as plain data. What may happen to it is decided in `decide.ts`; nothing here has a clock, a promise or an identity of its own. */
import type { Plan, PlannedStep } from '@harmont/ir'
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
  | 'sandbox_lost'
  | 'build_abandoned'
  | 'secret_missing'
  | 'secret_unusable'
  | 'service_unsupported'

/** Unix milliseconds. */
export type Instant = number

/** A step as the engine needs it: the plan's step, and whether its condition held when the build was created. */
export interface Step extends PlannedStep {
  readonly conditionHolds: boolean
}

export interface Job {
  readonly id: string
  /** Index into `Build.steps`; null for the job that renders the pipeline. */
  readonly step: number | null
  /** From 1; an attempt is a job of its own. */
  readonly attempt: number
  readonly previousAttempt: string | null
  readonly state: JobState
  /** Number of the newest lease, 0 before the first. A write with another number is refused. */
  readonly fence: number
  /** Leases lost so far: an infrastructure retry happens while this is below the limit. */
  readonly lost: number
  /** Not to be leased before this instant (retry delay); null when it may be at once. */
  readonly notBefore: Instant | null
  readonly createdAt: Instant
  readonly scheduledAt: Instant | null
  /** When its newest lease began; null while it waits for one. */
  readonly assignedAt: Instant | null
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /** When the step's own time is over; set when the command starts. */
  readonly deadlineAt: Instant | null
  /** While canceling or timing out: when the job is ended whatever its runner says. */
  readonly killBy: Instant | null
  readonly exitCode: number | null
  readonly errorCode: JobErrorCode | null
  readonly errorMessage: string | null
  /** `stopped`: another step failed and the build runs no further; `errorMessage` names it. */
  readonly skipReason: 'condition' | 'prerequisite' | 'stopped' | null
  readonly softFailed: boolean
  readonly cached: boolean
  /** The image that could not be had: the base `host` stood in for it. */
  readonly substitutedImage: string | null
  /** What it left: for its `builds_in` children when it passed, else for whoever looks into why it did not. */
  readonly snapshot: string | null
}

export interface Build {
  readonly id: string
  /** The owner that fair turns are taken between; the server puts the organization here, a laptop a constant. */
  readonly queue: string
  /** Within the queue, for its limit and its groups; '' where there is none. */
  readonly pipeline: string
  readonly state: BuildState
  readonly cancelRequested: boolean
  /** Waits for approval: none of its jobs is ready. Stays true when it ends without. */
  readonly held: boolean
  /** Null for a build that may run beside any other, and while its steps are not known. */
  readonly group: BuildGroup | null
  /** What its turn in the group goes by: when it was made, or last opened again; null without a group. */
  readonly groupTurn: Instant | null
  /** Waits for a place in its group: none of its jobs is ready. Stays true when it ends without. */
  readonly awaitsPlace: boolean
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly createdAt: Instant
  /** Since when it waits to begin, or waited: when it was made, or was tried again before it had begun. */
  readonly queuedAt: Instant
  readonly startedAt: Instant | null
  readonly finishedAt: Instant | null
  /** Milliseconds after its start in which it was over, until it was tried again: no part of the time that it ran. */
  readonly idleMs: number
  /** When `build_deadline` is due; null without a time limit, and once it was taken or the build was canceled. */
  readonly deadlineAt: Instant | null
  /** The plan's limit, kept because a retry gives the build its whole time again. */
  readonly timeoutSeconds: number | null
  readonly steps: readonly Step[]
  /** The newest attempt of each step, in the order of the steps. */
  readonly jobs: readonly Job[]
  /** The job that renders the steps, kept after it ended; null when the plan was given. */
  readonly render: Job | null
}

export type Outcome =
  | {
      readonly kind: 'exited'
      /** null when nobody knows: the sandbox vanished. */
      readonly exitCode: number | null
      readonly signal: string | null
      readonly limit: 'memory' | 'disk' | null
      readonly snapshot: string | null
      /** The command passed but its file system could not be kept. */
      readonly snapshotError?: string
      /** What of the machine may be to blame that it did not pass, a sentence. */
      readonly blame?: string
    }
  | { readonly kind: 'cached'; readonly snapshot: string }
  | {
      readonly kind: 'refused'
      readonly code: JobErrorCode
      readonly message: string
      /** What is wrong with the whole build: then the job fails hard, without a retry. */
      readonly buildError?: { readonly code: string; readonly message: string }
    }

/** Everything that can happen to a build. `at` is the instant of it. */
export type BuildEvent =
  | { readonly type: 'leased'; readonly job: string; readonly fence: number; readonly at: Instant }
  | { readonly type: 'started'; readonly job: string; readonly fence: number; readonly at: Instant }
  /** The base `host` stands in for an image. */
  | {
      readonly type: 'substituted'
      readonly job: string
      readonly fence: number
      readonly at: Instant
      readonly image: string
    }
  | {
      readonly type: 'ended'
      readonly job: string
      readonly fence: number
      readonly at: Instant
      readonly outcome: Outcome
    }
  | { readonly type: 'lease_lost'; readonly job: string; readonly fence: number; readonly at: Instant }
  | { readonly type: 'job_deadline'; readonly job: string; readonly at: Instant }
  | { readonly type: 'build_deadline'; readonly at: Instant }
  | { readonly type: 'kill_overdue'; readonly job: string; readonly at: Instant }
  | { readonly type: 'cancel'; readonly at: Instant }
  /** A person lets a held build run; its time begins. */
  | { readonly type: 'approve'; readonly at: Instant }
  /** Nobody did in time. */
  | { readonly type: 'approval_expired'; readonly at: Instant }
  /** The build gets a place in its group. */
  | { readonly type: 'admit'; readonly at: Instant }
  /** It gives way to a newer build of its group. */
  | { readonly type: 'supersede'; readonly at: Instant }
  /** Nothing of the build has changed since `since`, and nothing will: it is given up. `reasons` says of ready jobs, by id, what they wait for: a sentence each. */
  | {
      readonly type: 'abandon'
      readonly at: Instant
      readonly since: Instant
      readonly reasons: Readonly<Record<string, string>>
    }
  /** A person wants the newest attempt of a step, ended without passing, tried once more. */
  | { readonly type: 'retry'; readonly job: string; readonly at: Instant }
  | {
      readonly type: 'rendered'
      readonly job: string
      readonly fence: number
      readonly at: Instant
      readonly plan: Plan
      readonly conditions: readonly boolean[]
      readonly group?: BuildGroup | undefined
    }
  | {
      readonly type: 'render_failed'
      readonly job: string
      readonly fence: number
      readonly at: Instant
      readonly code: string
      readonly message: string
    }

/** What must follow from a change; written, or handed on, in the transaction of the change. */
export type Effect =
  | { readonly type: 'ready'; readonly job: string; readonly notBefore: Instant | null }
  | { readonly type: 'stop'; readonly job: string; readonly fence: number; readonly reason: 'cancel' | 'timeout' }
  | { readonly type: 'remark'; readonly job: string; readonly text: string }
  | { readonly type: 'job_ended'; readonly job: string }
  | { readonly type: 'build_ended' }
  /** Of the group with this key: a place may be free, or be asked for. */
  | { readonly type: 'group_due'; readonly key: string }
