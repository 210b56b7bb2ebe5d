/**
 * The interface through which a runner reaches the rest of the engine. A runner never gets the
 * database's address (`engine.md` 3), because an escape from a job must not reach other tenants.
 */
import type { Readable } from 'node:stream'
import type { Chunk } from '@harmont/logs'
import type { RegistryLogin, SourceTreeRef } from '@harmont/sandbox'
import type { LackingParts, WantedParts } from './artifacts/part-store.ts'
import type { CacheLookUp } from './cache-look-up.ts'
import type { JobState, Outcome, ServiceState, Step } from './core/model.ts'
import type { LayerTraffic } from './layers/layer.ts'
import type { LayerPort } from './layers/layer-port.ts'
import type { ForkEnd } from './probes/probe.ts'
import type { OpenServiceLog } from './service-log.ts'
import type { Deal, SplitFile } from './splits/deal.ts'
import type { FileSplit } from './splits/split-store.ts'
import type { StepOutput } from './step-output.ts'
import type { BuildContext, ForkLease, HeldFork, LeaseRef, LiveSnapshots, RunnerReport } from './store.ts'
import type { Phase } from './trace.ts'

export type { LeaseRef } from './store.ts'

export interface RunnerPort {
  /** Returns up to `slots` jobs, possibly none. Waits up to `waitMs` for the first one. */
  lease(request: {
    readonly runner: string
    readonly slots: number
    readonly waitMs: number
    readonly signal: AbortSignal
    /** The layers that the runner can fetch; none by default. */
    readonly traffic?: LayerTraffic
  }): Promise<readonly LeasedJob[]>
  /**
   * Returns the leases that this runner held when its process ended, including expired ones, with
   * their fencing numbers.
   */
  reclaim(runner: string): Promise<readonly LeasedJob[]>
  /**
   * Renews all leases of the runner in one statement, and records its report. Returns the leases
   * that the runner still holds, with an instruction for each.
   */
  renew(runner: string, report?: RunnerReport): Promise<readonly LeaseStatus[]>
  /**
   * Calls the listener immediately for cancels and timeouts. `renew` repeats them, so a missed call
   * only costs time. Returns a function that unsubscribes.
   */
  onDirective(listener: (directive: Directive) => void): () => void
  /**
   * Reports that the command has started. Returns the new expiry of the lease, which gets longer at
   * the start; null when the lease is lost. May be repeated. `phases` contains the earlier phases.
   */
  started(lease: LeaseRef, at: Date, phases?: readonly Phase[]): Promise<Date | null>
  /**
   * Reports that the base `host` replaces this image. May be repeated. Returns false when the lease
   * is lost.
   */
  substituted(lease: LeaseRef, at: Date, image: string): Promise<boolean>
  /**
   * Stores the lookup of a cached step; a later call replaces it. Returns false when the lease is
   * lost.
   */
  lookedUp(lease: LeaseRef, at: Date, lookUp: CacheLookUp): Promise<boolean>
  /**
   * Appends to the job's log. `spoolPosition` is the position in the output up to which the log
   * then has it (`@harmont/logs`). One transaction stores both, so an adopting process neither
   * repeats nor misses output. With `service`, appends to the log of this service of the job, after
   * `openServiceLog`. Returns false when the lease is lost.
   */
  append(
    lease: LeaseRef & { readonly service?: string },
    chunks: readonly Chunk[],
    spoolPosition: string,
  ): Promise<boolean>
  /** Reports the states of all services of the job. Returns false when the lease is lost. */
  services(lease: LeaseRef, at: Date, services: readonly ServiceState[]): Promise<boolean>
  /**
   * Opens the log of a service, and returns the stored position of its output; null when the lease
   * is lost. `isNew` means that the service has just started, so the log has nothing of its spool.
   * May be repeated before the first append.
   */
  openServiceLog(lease: LeaseRef, service: string, isNew: boolean): Promise<OpenServiceLog | null>
  /**
   * Reports that the command has ended, for a job whose end is reported later: its deadline does
   * not apply any more. May be repeated. Returns false when the lease is lost.
   */
  commandEnded(lease: LeaseRef, at: Date): Promise<boolean>
  /**
   * Reports the end. `at` is the end of the command. If it is after the job's deadline, the job has
   * timed out in any case. One transaction stores outcome and output. Returns false when the lease
   * is lost; then nothing is recorded. `phases` contains the phases that are not reported yet.
   */
  finish(lease: LeaseRef, at: Date, outcome: Outcome, output: StepOutput, phases?: readonly Phase[]): Promise<boolean>
  /**
   * Returns the parts that the store lacks, in one call for all artifacts of a step. May be
   * repeated, also after a kill. Null when the lease is lost.
   */
  lackingParts(lease: LeaseRef, wanted: WantedParts): Promise<LackingParts | null>
  /** Stores a part. May be repeated. Returns false when the lease is lost. */
  putPart(lease: LeaseRef, digest: string, bytes: Uint8Array): Promise<boolean>
  /**
   * Returns the secrets of the build with these names. Called right before they are needed. Throws
   * when the lease is lost.
   */
  fetchSecrets(lease: LeaseRef, names: readonly string[]): Promise<SecretsAnswer>
  /**
   * Issues the identity tokens of the job's step; each call returns new ones. Throws when the lease
   * is lost.
   */
  issueIdTokens(lease: LeaseRef): Promise<IdTokensAnswer>
  /**
   * Returns the login for a registry from which the build takes an image; null if there is none.
   * The login is used only for the pull, and never enters a sandbox. Throws when the lease is lost.
   */
  registryLogin(lease: LeaseRef, registry: string): Promise<RegistryLogin | null>
  /**
   * Returns the deal of a split's files to its shards in this build, which is the same for each
   * attempt and each runner. May be repeated. Returns null when the lease is lost.
   */
  dealFiles(lease: LeaseRef, split: FileSplit, files: readonly SplitFile[]): Promise<Deal | null>
  /** Reports the result of rendering: the text of the IR, or an error. */
  rendered(lease: LeaseRef, at: Date, result: RenderResult): Promise<boolean>
  /**
   * Returns the way to fetch the build's source; null for an empty tree. Throws `SourceUnavailable`
   * when the source can never be fetched. After any other error, a retry may succeed.
   */
  fetchSource(buildId: string): Promise<SourceOffer | null>
  /**
   * Returns the snapshots on this runner's machine that builds need, and those of builds that ended
   * within `pinnedMs`.
   */
  liveSnapshots(runner: string, pinnedMs: number): Promise<LiveSnapshots>
  /** Null if proofs are off. */
  readonly probes: ProbePort | null
  /** Null if files stay on the machine that made them. */
  readonly layers: LayerPort | null
}

/** Serves runs of red steps' commands that prove failed tests flaky or not (`engine.md` 9). */
export interface ProbePort {
  /** Returns the next run for a slot that no job uses; null if there is none. */
  take(runner: string): Promise<LeasedFork | null>
  /**
   * Reports the end of a run. Returns false when the lease of the run is lost; then nothing is
   * recorded.
   */
  end(fork: HeldFork, end: ForkEnd): Promise<boolean>
  /** Returns the secrets with these names of the run's build. */
  fetchSecrets(fork: HeldFork, names: readonly string[]): Promise<SecretsAnswer>
  /**
   * Returns the login for a registry from which the run's build takes an image; null if there is
   * none.
   */
  registryLogin(fork: HeldFork, registry: string): Promise<RegistryLogin | null>
  /** Returns the deal of a split's files in the run's build. */
  dealFiles(fork: HeldFork, split: FileSplit, files: readonly SplitFile[]): Promise<Deal>
  /**
   * Releases the runs that an earlier process of this runner began, because runs are never adopted.
   */
  release(runner: string): Promise<void>
}

export interface LeasedFork {
  readonly lease: Omit<ForkLease, 'proof'>
  readonly work: ForkWork
}

/**
 * A run of a step's command, or of its tests' `rerun`, from the files that the step started from.
 */
export interface ForkWork {
  /** The run's own lease, under an id that no job has; the run changes nothing in the build. */
  readonly job: LeasedJob & { readonly work: StepWork }
  /** Returns the secrets of the build with these names, which are masked in names of tests. */
  fetchSecrets(names: readonly string[]): Promise<SecretsAnswer>
  /**
   * Returns the login for a registry from which the build takes an image; null if there is none.
   */
  registryLogin(registry: string): Promise<RegistryLogin | null>
  /** Returns the build's deal of the files of a split. */
  dealFiles(split: FileSplit, files: readonly SplitFile[]): Promise<Deal>
}

/**
 * The secrets that a build has. Values are used for the command and for masking its output, and are
 * stored nowhere.
 */
export type SecretsAnswer =
  | {
      readonly kind: 'values'
      /** Values by name, without missing secrets. */
      readonly values: ReadonlyMap<string, SecretValue>
      /** Reasons, by name, why this build may not use an existing secret. */
      readonly refused?: ReadonlyMap<string, string>
    }
  /** The build may use no secrets. All are unset, and the remark goes to the log. */
  | { readonly kind: 'withheld'; readonly remark: string }
  /** The secrets can never be provided. A job that uses them fails with this reason. */
  | { readonly kind: 'unusable'; readonly reason: string }

export interface SecretValue {
  readonly value: string
  /**
   * Stays the same when the value changes, and differs from the id of an equally named secret of
   * another owner.
   */
  readonly id: string
  /** A line for the log of each step that gets the secret. */
  readonly remark?: string
}

/** The identity tokens of a step: credentials for other services, each valid for some minutes. */
export type IdTokensAnswer =
  | {
      readonly kind: 'tokens'
      /** Tokens by the variable that names their file. */
      readonly tokens: ReadonlyMap<string, string>
    }
  /** The job may use no tokens. The variables are unset, and the remark goes to the log. */
  | { readonly kind: 'withheld'; readonly remark: string }
  /** The tokens can never be provided. The job fails with this reason. */
  | { readonly kind: 'unusable'; readonly reason: string }

export type RenderResult =
  | { readonly ok: true; readonly ir: string }
  | {
      readonly ok: false
      readonly code: 'render_failed'
      readonly message: string
    }

export interface Directive {
  readonly jobId: string
  readonly fence: number
  readonly stop: 'cancel' | 'timeout'
}

/** A held lease. */
export interface LeaseStatus extends LeaseRef {
  /** Instant by which the command must have ended unless the lease is renewed. */
  readonly expiresAt: Date
  readonly stop: 'cancel' | 'timeout' | null
}

export interface LeasedJob extends LeaseRef {
  /** Queue of the build. */
  readonly queue: string
  readonly attempt: number
  readonly work: StepWork | RenderWork
  /**
   * Environment of the build. Overrides the step's environment; the server's own overrides both
   * (`engine.md` 4).
   */
  readonly buildEnv: Readonly<Record<string, string>>
  readonly injectedEnv: Readonly<Record<string, string>>
  readonly cache: BuildContext['cache']
  /**
   * Names of all secrets that the build's steps use. Their values must not appear in any log of the
   * build.
   */
  readonly secretNames: readonly string[]
  /**
   * Kind of source that `fetchSource` will offer. A URL becomes an archive before it reaches the
   * runner.
   */
  readonly sourceKind: 'archive' | 'url' | 'git' | 'tree' | null
  /** Names the build in explanations of later cache hits: pipeline, number, url. */
  readonly origin: Readonly<Record<string, string>>
  /**
   * Last seq of the log, and the position in the output up to which the log has it. Nonzero for an
   * adopted job.
   */
  readonly lastSeq: number
  readonly spoolPosition: string
  /** Number of output bytes in the log. */
  readonly logBytes: number
  readonly started: boolean
  readonly stop: 'cancel' | 'timeout' | null
  readonly expiresAt: Date
  /** End of the step's time; null before its start. */
  readonly deadlineAt: Date | null
  /** Last reported states of the job's services under this lease. */
  readonly services: readonly ServiceState[]
  /** Continues the build's trace below the job's command; absent without a trace. */
  readonly traceparent?: string
}

export interface StepWork {
  readonly kind: 'step'
  readonly step: Step
  readonly parentSnapshot: string | null
  readonly childrenBuildIn: boolean
  /** The source steps of the `inputs`, in the same order. */
  readonly inputSources: readonly InputSource[]
  /** Whether other steps take files from this step. */
  readonly isInput: boolean
  /** Snapshots that the step's services start from, by name; null for a missing snapshot. */
  readonly serviceSnapshots: Readonly<Record<string, string | null>>
  /** Names of the services whose files later steps start from. */
  readonly keptServices: readonly string[]
}

/** A step from which another one takes files. */
export interface InputSource {
  readonly key: string
  readonly state: JobState
  /** Null if its files were not kept, or if it did not run. */
  readonly snapshot: string | null
}

export interface RenderWork {
  readonly kind: 'render'
  /** The pipeline's name within its repository. */
  readonly slug: string
}

/** Files on the runner's machine, and their git directory. */
export interface LocalFiles {
  /** Tree in the runner's own store. */
  readonly tree: SourceTreeRef
  readonly gitDirectory?: string
  /** Mounted as the `objects` of the git directory. */
  readonly gitObjects?: string
}

export type SourceOffer =
  | ({ readonly kind: 'tree' } & LocalFiles)
  | {
      readonly kind: 'archive'
      /**
       * Hex SHA-256 of the archive's bytes, gzip or plain tar. Equal archives are unpacked only
       * once.
       */
      readonly sha256: string
      open(): Promise<Readable>
    }
  | {
      readonly kind: 'git'
      readonly repository: string
      readonly url: string
      readonly commit: string
      readonly refs: readonly string[]
      /** Short-lived value of an Authorization header for the fetch; null if none is needed. */
      readonly authorization: string | null
    }

export type SourceUnavailableCode =
  | 'source_fetch_failed'
  | 'source_checksum_mismatch'
  | 'source_invalid'
  | 'fork_source_unfetchable'
  | 'fork_source_cross_namespace'
  | 'fork_fetch_unsupported'

/**
 * A build's source can never be fetched. The message explains the reason to the author of the
 * build.
 */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable'
  readonly code: SourceUnavailableCode
  constructor(code: SourceUnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
