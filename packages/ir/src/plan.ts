/**
 * The planner's result for an IR document, the same for both forms. Plain data with every default
 * filled in.
 */
import type { Condition } from './condition.ts'
import type { IrCachePolicy } from './document.ts'

export interface Plan {
  /** Wall clock of the whole build in seconds, or null for none. */
  readonly timeoutSeconds: number | null
  /** One per node, in the order of the IR. Every index below points into this list. */
  readonly steps: readonly PlannedStep[]
  /** Sentences for the build's author; they never change what runs. */
  readonly warnings: readonly string[]
  /** The group that the build belongs to; absent for none. */
  readonly concurrency?: BuildConcurrency
}

/** Effect of another build on those of a full group. */
export type WhenFull = 'queue' | 'cancel_waiting' | 'cancel_running'

/** At most `limit` builds of the group run at once. */
export interface BuildConcurrency {
  /** As written: with `${branch}`, `${tag}`, `${pull_request}` and `${event}` in it. */
  readonly group: string
  readonly limit: number
  readonly whenFull: WhenFull
}

export interface PlannedStep {
  readonly key: string
  /** The label as written, or the key. */
  readonly name: string
  /** Text for `sh -c`, 1 byte to 1 MiB. */
  readonly command: string
  /** The complete environment of the node, secrets and injected variables not included. */
  readonly env: Readonly<Record<string, string>>
  /** Environment name -> name of the secret. */
  readonly secrets: Readonly<Record<string, string>>
  /** The image of a root; null for a step that builds in another. */
  readonly image: string | null
  /** Index of the step whose file system this one starts from. */
  readonly buildsIn: number | null
  /** Indexes of the other prerequisites, ascending, without `buildsIn`. */
  readonly dependsOn: readonly number[]
  /** The pipeline's claim of identity (`ir.md` 2.2), or null when the step always runs. */
  readonly cacheKey: string | null
  /** Policy behind the key, for people. Absent without a key, and in plans of earlier releases. */
  readonly cachePolicy?: IrCachePolicy
  /**
   * A sentence that says why its cache differs from what its document asks for; absent otherwise.
   */
  readonly cacheRemark?: string
  /** Budget of one attempt's command in seconds. */
  readonly timeoutSeconds: number
  readonly retry: RetryPolicy | null
  /** true: any failure, time-outs included; a list: only these exit codes; null: none. */
  readonly softFail: true | readonly number[] | null
  readonly continueOnFailure: boolean
  readonly condition: Condition | null
  readonly resources: Resources
  /** Files of other steps that its workspace has from the start; absent for none. */
  readonly inputs?: readonly PlannedInput[]
  /** The group that its jobs belong to; absent for none. */
  readonly concurrency?: StepConcurrency
  /** The sidecars that run beside its command; absent for none. */
  readonly services?: readonly PlannedService[]
  /** Files to keep after it; absent for none, and in plans of earlier releases. */
  readonly artifacts?: readonly PlannedArtifact[]
  /** How its red tests are proved; absent for not at all, and in plans of earlier releases. */
  readonly tests?: PlannedTests
  /** Its shard of files of the source; absent for none. */
  readonly split?: PlannedSplit
  /** The runners that may take it; absent for those of the default pool. */
  readonly runsOn?: PlannedRunner
  /** The steps that it may add to the build when it passes; absent for none. */
  readonly append?: PlannedAppend
  /**
   * Indexes of steps with `append`, ascending, which are in `dependsOn` too. It waits for all steps
   * that they append, and for those that these append in turn. Absent for none.
   */
  readonly afterAppended?: readonly number[]
  /** Environment name -> audience of the token whose file it names; absent for none. */
  readonly idTokens?: Readonly<Record<string, string>>
  /** The hosts that it may reach; absent for what its runner allows. */
  readonly egress?: Egress
}

/** Bounds the steps that a step appends. */
export interface PlannedAppend {
  /** Number of steps, 1 to 1,000. */
  readonly max: number
  /** Names of the secrets that they may ask for. */
  readonly secrets: readonly string[]
  /** Audiences of the tokens that they may ask for. */
  readonly idTokens: readonly string[]
  /** Hosts that they may reach; null for those that the step itself may reach. */
  readonly egress: readonly string[] | null
}

/**
 * Patterns of hosts in their short form (`host-pattern.ts`), or `observe`: all hosts, which are
 * noted.
 */
export type Egress = readonly string[] | 'observe'

/** The runner that a step asks for. */
export interface PlannedRunner {
  /** Null for the default pool. */
  readonly pool: string | null
  /** Each must be a label of the runner. */
  readonly labels: readonly string[]
}

/** A shard of a split. Steps of a build with the same files and total are shards of one. */
export interface PlannedSplit {
  /** A path or glob (`ir.md` 2.3) of files of the source. */
  readonly files: string
  /** From 1 to `total`. */
  readonly index: number
  readonly total: number
}

/** A sidecar of a step. The command starts when all are ready. */
export interface PlannedService {
  /** Unique in the step: the host name that its command reaches the service by. */
  readonly name: string
  /** Gives the configuration, and the files unless `from` does. */
  readonly image: string
  readonly env: Readonly<Record<string, string>>
  /** Text for `sh -c`; null for what the image starts. */
  readonly command: string | null
  /**
   * Index of the step with a service of this name whose files it starts from; null for the image's
   * files.
   */
  readonly from: number | null
  /**
   * All that are set must hold. Without any of them the image's only port is awaited, if there is
   * one.
   */
  readonly ready: {
    readonly port: number | null
    /** Text for `sh -c` in the service; ready when it exits with 0. */
    readonly command: string | null
    /** In RE2 syntax; ready when a line of the log has a match. */
    readonly log: string | null
    readonly timeoutSeconds: number
  }
  /** Names of the step's services that must be ready before it starts. */
  readonly needs: readonly string[]
  readonly stop: {
    /** null: the image's, or SIGTERM. */
    readonly signal: string | null
    /** Seconds from the signal to SIGKILL. */
    readonly seconds: number
  }
  /** Whether the command reaches its ports on 127.0.0.1 too. */
  readonly localhost: boolean
  /** Whether it may reach the Internet, where its step may. */
  readonly egress: boolean
}

/** A path or glob of files that are kept after a step. */
export interface PlannedArtifact {
  readonly path: string
  readonly when: 'passed' | 'failed' | 'always'
  readonly kind: 'file' | 'junit' | 'coverage'
  /** How long they are kept; null for as long as usual. */
  readonly expiresSeconds: number | null
  /** Whether the step fails when nothing matches. */
  readonly required: boolean
}

/** How red tests of a step are proved; their report is one of its artifacts. */
export interface PlannedTests {
  /** The most runs that prove a red test flaky; 0: none is proved. */
  readonly forks: number
  /** Time that all these runs may take together. */
  readonly budgetSeconds: number
  /** Text for `sh -c` that runs one test; null: tests are run together only. */
  readonly rerun: string | null
  /** Whether a step fails softly when only tests in quarantine failed. */
  readonly quarantine: boolean
}

/** Files of another step. A later input takes the place of an earlier one. */
export interface PlannedInput {
  /** Index of the step that leaves them, which is a prerequisite. */
  readonly from: number
  /** A path or glob (`ir.md` 2.3), relative to /workspace of that step. */
  readonly path: string
  /** The directory of /workspace below which they keep their paths; '' for /workspace. */
  readonly into: string
  /** Whether it may name nothing. */
  readonly optional: boolean
}

/**
 * At most `limit` jobs of the group run at once, in the order of their builds, then of their steps.
 */
export interface StepConcurrency {
  readonly group: string
  /** The lowest limit of a group holds. */
  readonly limit: number
  readonly scope: 'pipeline' | 'organization'
}

export interface RetryPolicy {
  /** Further attempts, 1 to 10. */
  readonly limit: number
  readonly delaySeconds: number
  /** With all three lists absent, any failure is retried, time-outs included. */
  readonly exitCodes?: readonly number[] | '*'
  readonly signals?: readonly string[]
  readonly reasons?: readonly string[]
}

/** Caps on a step, not reservations. */
export interface Resources {
  readonly cpu: number
  readonly memoryGb: number
  readonly diskGb: number
}

export type PlanErrorCode =
  | 'invalid_json'
  | 'bad_version'
  | 'invalid_ir'
  | 'empty_pipeline'
  | 'duplicate_key'
  | 'unknown_dependency'
  | 'cycle'
  | 'feature_missing'

export interface PlanError {
  readonly code: PlanErrorCode
  /** `CODE at /json/pointer: expected …, got …. What to do.` (`ir.md` 1.6) */
  readonly message: string
  /** JSON pointer of the place, '' for the whole document. */
  readonly pointer: string
  /** All problems, that of `message` first; at most 20. */
  readonly problems: readonly PlanProblem[]
  /** Number of further problems. */
  readonly unlisted: number
}

/** One problem of a document. */
interface PlanProblem {
  readonly pointer: string
  /** `expected …, got …. What to do.` */
  readonly message: string
}

/** A valid document with warnings for its author, or the first problem. */
export type CheckResult =
  | { readonly ok: true; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: PlanError }

export type PlanResult = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly error: PlanError }
