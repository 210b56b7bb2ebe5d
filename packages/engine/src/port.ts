/**
 * All that a runner may ask of the rest of the engine. Within one process it is a set of calls; later it is HTTPS. A runner never has
 * the database's address (`architecture.md`): an escape from a job must not open every tenant.
 */
import type { Readable } from 'node:stream'
import type { Chunk } from '@harmont/logs'
import type { SourceTreeRef } from '@harmont/sandbox'
import type { CacheLookUp } from './cache-look-up.ts'
import type { Outcome, Step } from './core/model.ts'
import type { BuildContext } from './store.ts'

export interface RunnerPort {
  /**
   * Up to `slots` jobs for this runner, at once when some are ready, else when some become so or after `waitMs`; possibly none.
   */
  lease(request: {
    readonly runner: string
    readonly slots: number
    readonly waitMs: number
    readonly signal: AbortSignal
  }): Promise<readonly LeasedJob[]>
  /** The leases that this runner held when its process ended, expired ones too, with their fencing numbers as they are. */
  reclaim(runner: string): Promise<readonly LeasedJob[]>
  /** Renews all leases of the runner in one statement; gives those that it still holds and what is asked of them. */
  renew(runner: string): Promise<readonly LeaseStatus[]>
  /** Tells of cancels and time-outs at once; `renew` repeats them, so that a missed call only costs time. Gives the unsubscriber. */
  onDirective(listener: (directive: Directive) => void): () => void
  /**
   * The command has started. Gives when the lease, longer from now on, expires, so that the watchdog can hear of it at once; null: the lease is
   * lost. May be repeated.
   */
  started(lease: LeaseRef, at: Date): Promise<Date | null>
  /** Tells that the base `host` stands in for this image. May be repeated. False: the lease is lost. */
  substituted(lease: LeaseRef, at: Date, image: string): Promise<boolean>
  /** Keeps what a cached step was looked up with; a later call takes the place of an earlier one. False: the lease is lost. */
  lookedUp(lease: LeaseRef, at: Date, lookUp: CacheLookUp): Promise<boolean>
  /**
   * Adds to the job's log. `spoolPosition` says how much of the output the log has then (`@harmont/logs`); both are kept in one transaction, so that an adopting process
   * neither repeats nor misses. False: the lease is lost.
   */
  append(lease: LeaseRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean>
  /**
   * Reports the end. `at`: when the command ended; after its deadline the job has timed out, whoever ended it. False: the lease is lost and nothing was
   * recorded.
   */
  finish(lease: LeaseRef, at: Date, outcome: Outcome): Promise<boolean>
  /** Those of these secrets that the build has. Asked right before they are needed. Throws when the lease is lost. */
  fetchSecrets(lease: LeaseRef, names: readonly string[]): Promise<SecretsAnswer>
  /** Reports what rendering gave: the IR's text, or the error's. */
  rendered(lease: LeaseRef, at: Date, result: RenderResult): Promise<boolean>
  /**
   * How the build's source can be had; null when the build has an empty tree. Fails with `SourceUnavailable` when it never can; after any other
   * error asking again may help.
   */
  fetchSource(buildId: string): Promise<SourceOffer | null>
}

/** The secrets that a build has. Values are for the command and for masking them in its output, and are kept nowhere. */
export type SecretsAnswer =
  | {
      readonly kind: 'values'
      /** By name; a secret that the build does not have is not among them. */
      readonly values: ReadonlyMap<string, SecretValue>
      /** Says why this build may not have those that there are. */
      readonly refused?: ReadonlyMap<string, string>
    }
  /** The build may have none: all are unset, and the remark is for the log. */
  | { readonly kind: 'withheld'; readonly remark: string }
  /** They cannot be given, and asking again does not help: a job that names them fails, and the reason is for its author. */
  | { readonly kind: 'unusable'; readonly reason: string }

export interface SecretValue {
  readonly value: string
  /** Stays the same however often the value changes, and is another one for a secret of the same name elsewhere. */
  readonly id: string
  /** Stands in the log of a step that is given it. */
  readonly remark?: string
}

export type RenderResult =
  | { readonly ok: true; readonly ir: string }
  | {
      readonly ok: false
      readonly code: 'render_failed'
      readonly message: string
    }

export interface LeaseRef {
  readonly jobId: string
  readonly buildId: string
  readonly fence: number
}

export interface Directive {
  readonly jobId: string
  readonly fence: number
  readonly stop: 'cancel' | 'timeout'
}

/** Of a lease that is still held. */
export interface LeaseStatus extends LeaseRef {
  /** When the command must be dead unless the lease is renewed again. */
  readonly expiresAt: Date
  readonly stop: 'cancel' | 'timeout' | null
}

export interface LeasedJob extends LeaseRef {
  /** The build's: whose work it is. */
  readonly queue: string
  readonly attempt: number
  readonly work: StepWork | RenderWork
  /** Environment of the build, laid over the step's own, then what the server injects (`engine.md` 4). */
  readonly buildEnv: Readonly<Record<string, string>>
  readonly injectedEnv: Readonly<Record<string, string>>
  readonly cache: BuildContext['cache']
  /** Secrets that the build's steps name, whichever of them: none of their values may be in a log of the build. */
  readonly secretNames: readonly string[]
  /** What `fetchSource` is going to offer; a URL becomes an archive on the way. */
  readonly sourceKind: 'archive' | 'url' | 'git' | 'tree' | null
  /** A sentence's worth of where this build is, for explaining later hits: pipeline, number, url. */
  readonly origin: Readonly<Record<string, string>>
  /** Last seq of the log and how much of the output it has: not 0 when adopted. */
  readonly lastSeq: number
  readonly spoolPosition: string
  /** Bytes of output that the log holds already. */
  readonly logBytes: number
  readonly started: boolean
  readonly stop: 'cancel' | 'timeout' | null
  readonly expiresAt: Date
  /** When the step's time is over; null before it has started. */
  readonly deadlineAt: Date | null
}

export interface StepWork {
  readonly kind: 'step'
  readonly step: Step
  readonly parentSnapshot: string | null
  readonly childrenBuildIn: boolean
}

export interface RenderWork {
  readonly kind: 'render'
  /** The pipeline's name inside its repository. */
  readonly slug: string
}

/** Files that are on the runner's machine, and what is shown as their git directory, if anything. */
export interface LocalFiles {
  /** In the runner's own store of trees. */
  readonly tree: SourceTreeRef
  readonly gitDirectory?: string
  /** Shown as the `objects` of the git directory. */
  readonly gitObjects?: string
}

export type SourceOffer =
  | ({ readonly kind: 'tree' } & LocalFiles)
  | {
      readonly kind: 'archive'
      /** Hex SHA-256 of the archive's bytes, gzip or plain tar: equal archives are unpacked once. */
      readonly sha256: string
      open(): Promise<Readable>
    }
  | {
      readonly kind: 'git'
      readonly repository: string
      readonly url: string
      readonly commit: string
      readonly refs: readonly string[]
      /** Value of an Authorization header for the fetch, short-lived; null for none. */
      readonly authorization: string | null
    }

export type SourceUnavailableCode =
  | 'source_fetch_failed'
  | 'source_checksum_mismatch'
  | 'source_invalid'
  | 'fork_source_unfetchable'
  | 'fork_source_cross_namespace'
  | 'fork_fetch_unsupported'

/** A build's source can never be had; the message says why, for the author of the build. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable'
  readonly code: SourceUnavailableCode
  constructor(code: SourceUnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
