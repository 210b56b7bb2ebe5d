import type { Chunk, LogReader } from '@harmont/logs'
import type { EgressNames, SourceTreeRef } from '@harmont/sandbox'
import type { Artifact } from './artifacts/artifact.ts'
import type { CacheLookUp } from './cache-look-up.ts'
import type { Build, BuildEvent, Effect, Instant, Job, NamedLease } from './core/model.ts'
import type { Taker } from './core/placement/placement.ts'
import type { Reach } from './core/placement/reach.ts'
import type { LayerForm, LayerTraffic, TravellingLayer, WantedSnapshot } from './layers/layer.ts'
import type { PeerAddress } from './layers/peers.ts'
import type { ForkEnd } from './probes/probe.ts'
import type { Proof } from './probes/proof.ts'
import type { OpenServiceLog } from './service-log.ts'
import type { SplitStore } from './splits/split-store.ts'
import type { BuildAnnotation, StepOutput } from './step-output.ts'
import type { TraceOrigin } from './trace.ts'
import type { Wait } from './wait.ts'

/** The source of a build. The owner of the engine provides it to the runner. */
export type BuildSource =
  /** An archive in the blob store of the engine's owner. */
  | { readonly kind: 'archive'; readonly sha256: string; readonly blob: string }
  /** A tree on the runner's machine, as in `hm run`. */
  | { readonly kind: 'tree'; readonly tree: SourceTreeRef }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string | null }
  | {
      readonly kind: 'git'
      /** The server's id of the repository. */
      readonly repository: string
      readonly commit: string
      /**
       * Full refs that contain the commit, tried in order when the commit cannot be fetched alone.
       */
      readonly refs: readonly string[]
    }

/** Describes a build to the engine. The server writes it, and the runner reads it. */
export interface BuildContext {
  readonly env: Readonly<Record<string, string>>
  readonly injectedEnv: Readonly<Record<string, string>>
  /**
   * The namespaces in which to find cache entries, in this order, and the one in which to store
   * them.
   */
  readonly cache: {
    readonly read: readonly string[]
    readonly write: string
    /** Keys of steps that run without a cache lookup; their entries are stored as usual. */
    readonly anew?: readonly string[]
    /** Describes, for display, whose entries the build finds and who finds its entries. */
    readonly rule?: string
  }
  /** A build of a fork never gets a secret, whatever other fields say. */
  readonly trust: 'trusted' | 'fork'
  readonly origin: Readonly<Record<string, string>>
  /** The slug to render; null for a build with an IR. */
  readonly renderSlug: string | null
  /** Null for an empty tree. */
  readonly source: BuildSource | null
  /** The context for evaluating conditions, kept for a later rendering. */
  readonly conditionContext: import('@harmont/ir').ConditionContext
  /**
   * Identifies the claimant of its branch, tag and pull request, if the server has not fetched them
   * itself. The group of a rendered build depends on it.
   */
  readonly claimant?: string
  /** Hosts that limit the egress of every step, whatever it lists. Absent without such a limit. */
  readonly egressCeiling?: readonly string[]
  /** True if the build is only planned, so that none of its steps runs. */
  readonly planOnly?: true
  /** Absent without tracing. */
  readonly trace?: TraceOrigin
}

export interface Lease {
  readonly jobId: string
  readonly buildId: string
  readonly runner: string
  readonly fence: number
  /** See `Job.leaseId`. */
  readonly leaseId: string | null
  readonly expiresAt: Instant
  readonly started: boolean
  readonly lastSeq: number
  readonly spoolPosition: string
  /** The core's `stop` effect, kept as long as the lease. */
  readonly stop: 'cancel' | 'timeout' | null
  /** The deadline of the step; null before the start and once the job is being stopped. */
  readonly deadlineAt: Instant | null
}

/** Identifies the lease in all calls that a runner makes under it. */
export interface LeaseRef {
  readonly jobId: string
  readonly buildId: string
  readonly fence: number
  /** See `Job.leaseId`. Absent from a runner of an earlier release. */
  readonly leaseId?: string | null
}

export interface Applied {
  /**
   * The build after the last event. Read its jobs immediately, because the list shows later changes
   * as well.
   */
  readonly build: Build
  /** The changed and new jobs after the last event. */
  readonly changed: readonly Job[]
  /** Whether each event was accepted; a refused one changed nothing. */
  readonly taken: readonly boolean[]
  readonly effects: readonly Effect[]
}

/** Times at which the builds were watched for stalled ones. */
export interface Watch {
  /** Start of the current period of watching without a break of more than some minutes. */
  readonly since: Instant
  /** The last check at which a job was leased; null if there is none. */
  readonly busyAt: Instant | null
}

/** The snapshots of builds, by the reason for keeping them. */
export interface LiveSnapshots {
  /** Snapshots of unfinished builds: steps with an unpassed child, and failed jobs. */
  readonly needed: ReadonlySet<string>
  /**
   * Snapshots of ended builds: unpassed jobs, and the steps in which these built. The newest build
   * comes first.
   */
  readonly pinned: readonly string[]
  /** The other snapshots of ended builds, for a shell. The newest build comes first. */
  readonly left: readonly string[]
}

/** Maximum number of chunks of a short log. */
export const shortLogChunks = 16

/** Stores builds, leases and logs. `store-suite.ts` runs against every store. */
export interface Store {
  readonly builds: BuildStore
  readonly leases: LeaseStore
  readonly logs: LogStore
  readonly outputs: OutputStore
  readonly runners: RunnerStore
  /** Null if proofs are off: a local run ends as soon as it has its result. */
  readonly probes: ProbeStore | null
  /** Null if files stay on the machine that made them: a local run has one machine. */
  readonly layers: LayerStore | null
  readonly splits: SplitStore
  /** Announces changes of this process immediately, and those of others a little later. */
  readonly changes: ChangeFeed
  /** The clock of builds, which never steps. */
  readonly now: () => Instant
  close(): Promise<void>
}

/** Loads a build, lets `core` decide, and stores change and effects in one transaction. */
export interface BuildStore {
  /** Returns the current state of a build; cheap while it is in use. See `Applied.build`. */
  load(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /**
   * Returns a build without regard to changes of other processes. The result includes all changes
   * and leases of this process.
   */
  known(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /** Returns every attempt of every step, oldest first within a step, for readers. */
  jobs(buildId: string): Promise<readonly Job[]>
  /** Returns any attempt of a step, not only the newest. */
  job(buildId: string, jobId: string): Promise<Job | undefined>
  /**
   * Applies the events in order, in one transaction. Returns undefined if the build does not exist.
   * Refuses a `lease_lost` if the lease has been renewed past the event's instant, and a
   * `holder_gone` if the runner is present again. Throws for `leased`, because only
   * `LeaseStore.take` grants leases. Stores the output in the same transaction if the end of its
   * job is accepted.
   */
  apply(buildId: string, events: readonly BuildEvent[], output?: JobOutput): Promise<Applied | undefined>
  /**
   * Returns the waits, by job id, of the build's jobs that are ready at `now` (by default the
   * current time) but held back by a limit or a group. Uses a constant number of statements.
   */
  waits(buildId: string, now?: Instant): Promise<ReadonlyMap<string, Wait>>
  /** Settles the groups that a dead process, or an earlier release, left unsettled. */
  settleGroups(): Promise<void>
  /** Notes that the builds are being watched for stalled ones. */
  watch(now: Instant): Promise<Watch>
  /**
   * Returns builds, oldest first, in which nothing has changed since then and no job runs. With
   * `isIdle`, no runner has taken any job for as long; otherwise only returns builds whose jobs no
   * runner would take.
   */
  standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]>
  /**
   * Returns the snapshots of unfinished builds and of those that ended after `since`; with
   * `runner`, only those on its machine.
   */
  liveSnapshots(since: Instant, runner?: string): Promise<LiveSnapshots>
}

/** The output of a job that ends: all results of its step except the file system. */
export interface JobOutput {
  readonly jobId: string
  readonly output: StepOutput
}

/** Reads the outputs of steps besides their file systems. `BuildStore.apply` writes it. */
export interface OutputStore {
  /** Returns the annotations of the newest attempts, in the order of the steps. */
  annotations(buildId: string): Promise<readonly BuildAnnotation[]>
  /** Returns the artifacts of one attempt, sorted by path. */
  artifacts(jobId: string): Promise<readonly Artifact[]>
  /** Returns the hosts that one attempt used and was refused; null if none were recorded. */
  egress(jobId: string): Promise<EgressNames | null>
}

/** Identifies a lease in a report. */
export interface NamedLeaseOf extends NamedLease {
  readonly jobId: string
}

export interface LeaseStore {
  /**
   * Leases up to `slots` ready jobs in fair turns between queues, then by age. In the same
   * transaction, each job becomes `assigned` and gets the next fencing number. A runner gets only
   * jobs within its reach, and none while it drains. A job's files must be on the runner, or on the
   * server in a form of its `traffic`, which has no forms by default.
   */
  take(runner: string, slots: number, now: Instant, reach?: Reach, traffic?: LayerTraffic): Promise<readonly Lease[]>
  /** Returns the leases of a runner. */
  of(runner: string): Promise<readonly Lease[]>
  /**
   * Returns the job's build and the runner that got this lease, even after the job's end; null if
   * this is not the job's newest lease.
   */
  holder(lease: NamedLeaseOf): Promise<Pick<Lease, 'runner' | 'buildId'> | null>
  /**
   * Extends all leases of a runner, by `startLeaseMs` from `now` until the command has started, and
   * by `leaseMs` after that.
   */
  renew(runner: string, now: Instant): Promise<readonly Lease[]>
  /** Stores a job's cache lookup under the lease; returns false when the lease is lost. */
  noteLookUp(lease: NamedLeaseOf, at: Instant, lookUp: CacheLookUp): Promise<boolean>
  /** Returns events to apply: expired leases, deadlines of steps and builds, overdue kills. */
  overdue(now: Instant, limit: number): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]>
  /**
   * Returns the instant at which the next delayed job may start; null when none is delayed. With
   * `now`, for a runner that takes files of others, also considers when the next job opens to it or
   * its files may be requested.
   */
  nextReadyAt(now?: Instant): Promise<Instant | null>
  /** Notes that this process takes renewals. */
  noteRenewable(now: Instant): Promise<void>
  /**
   * Returns the start of the current period in which some process has always taken renewals; null
   * when none does.
   */
  renewableSince(now: Instant): Promise<Instant | null>
}

/** Time without a note about renewals that counts as a break, in milliseconds. */
export const renewalBreakMs = 5_000

/**
 * Time after which a ready job counts as having no free slot on the runner with its files, in
 * milliseconds.
 */
export const homeMs = 500

/** Time of silence after which a runner's files count as lost, in milliseconds. */
export const goneMs = 60_000

/** A runner that renews its leases. */
export interface PresentRunner {
  readonly id: string
  readonly reach: Reach
}

/** Free space on a runner's machine, and the number of its snapshots. */
export interface RunnerRoom {
  readonly freeBytes: number
  readonly sizeBytes: number
  readonly snapshots: number
}

/** A runner's description of itself, sent when it renews its leases. */
export interface RunnerReport {
  /** The layers that it exchanges; none by default. */
  readonly traffic?: LayerTraffic | undefined
  /** Only displayed. Absent from a runner of an earlier release. */
  readonly room?: RunnerRoom | undefined
  /** The address at which others take layers from it; nowhere by default. */
  readonly peer?: PeerAddress | undefined
}

/** Tracks the connected runners: those that renew their leases or get one. */
export interface RunnerStore {
  /**
   * Records that a runner is present, which jobs it may take, and its report. Returns whether
   * snapshots are wanted from it.
   */
  seen(runner: string, reach: Reach, now: Instant, report?: RunnerReport): Promise<boolean>
  /** Withholds new work from a runner from then on; null lifts this. */
  drain(runner: string, since: Instant | null): Promise<void>
  /** Returns the runners that are present. */
  present(now: Instant): Promise<readonly PresentRunner[]>
  /**
   * Returns events for builds that wait for files of lost runners: those that have been silent for
   * `goneMs`, or drained and idle for as long. Includes events for jobs whose files no runner can
   * ever have together.
   */
  gone(now: Instant): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]>
}

/** Identifies the runners that share layers: those of one pool within one organization. */
export interface LayerPlace {
  readonly queue: string
  readonly pool: string
}

/** A snapshot that is wanted from a runner, and the job that made it. */
export interface AskedSnapshot extends LayerPlace {
  readonly buildId: string
  readonly jobId: string
}

/** The layers of a snapshot, lowest first. */
export interface StoredSnapshot {
  readonly layers: readonly TravellingLayer[]
  /** Names of the secrets with which the snapshot, or a layer below it, was made. */
  readonly taint: readonly string[]
}

/** The runners that can send a layer. */
export interface LayerHolders {
  /** SHA-256 of the taker's certificate. */
  readonly taker: string
  readonly holders: readonly (PeerAddress & { readonly runner: string })[]
}

/**
 * Tracks the snapshots that the server stores for runners that did not make them. A snapshot is
 * stored in a form once all its layers are stored in forms that a runner of that form accepts.
 */
export interface LayerStore {
  /**
   * Requests from other runners the snapshots that a runner with free slots lacks for jobs that
   * have been ready for a while.
   */
  want(taker: Taker, now: Instant): Promise<void>
  /** Requests from draining runners the files that unfinished builds still need. */
  wantOfDraining(now: Instant): Promise<void>
  /**
   * Requests files for which many jobs wait before another runner needs them
   * (`core/placement/export-ahead.ts`).
   */
  wantAhead(now: Instant): Promise<void>
  /** Returns the snapshots that are wanted from a runner, first those that jobs wait for. */
  wantedOf(runner: string): Promise<readonly WantedSnapshot[]>
  /** Returns the place and the job of a snapshot; null when it is not wanted from this runner. */
  asked(runner: string, wanted: WantedSnapshot): Promise<AskedSnapshot | null>
  /**
   * Returns those of these layers that are not stored in an accepted form. If there are none, the
   * snapshot becomes stored. Throws for a layer of another place.
   */
  lacking(wanted: WantedSnapshot, place: LayerPlace, ids: readonly string[]): Promise<readonly string[]>
  /** Stores a layer whose objects are complete. The snapshot is stored once its last layer is. */
  keep(
    wanted: WantedSnapshot,
    place: LayerPlace,
    layer: TravellingLayer,
    from: { readonly giver: string; readonly taint: readonly string[] },
  ): Promise<void>
  /** Prevents further requests for the snapshot. */
  refuse(snapshot: string, reason: string): Promise<void>
  /** Returns the layers of a snapshot that is stored for a runner with these forms. */
  find(place: LayerPlace, snapshot: string, forms: readonly LayerForm[]): Promise<StoredSnapshot | null>
  /** Records that another runner has fetched the snapshot, and how many milliseconds this took. */
  placed(runner: string, snapshot: string, ms: number): Promise<void>
  /**
   * Returns the runners of the pool from which a taker may have a layer, least busy first, and the
   * taker's certificate; null for a taker without one.
   */
  holders(taker: string, pool: string, layer: string, now: Instant): Promise<LayerHolders | null>
  /** Stops naming a runner as a holder of a layer. */
  strike(runner: string, layer: string): Promise<void>
  /** Returns the stored ones of these snapshots. */
  stored(snapshots: readonly string[]): Promise<ReadonlySet<string>>
}

/** Identifies a run of a probe on a runner. */
export interface ForkRef {
  /** The red job to prove. */
  readonly jobId: string
  readonly buildId: string
  /** Id of the run; null for a waiting probe. */
  readonly fork: string | null
}

/** A run on a runner. */
export interface HeldFork extends ForkRef {
  readonly fork: string
}

export interface ForkLease extends HeldFork {
  readonly expiresAt: Instant
  /** Remaining budget in milliseconds. */
  readonly leftMs: number
  readonly proof: Proof
}

/**
 * Stores the proofs of red jobs (`engine.md` 9). `BuildStore.apply` begins a proof in the
 * transaction that ends its job. The runs of a proof change no job and no state of a build.
 */
export interface ProbeStore {
  /**
   * Leases the next run of a probe of a job that this runner ran, in turns between queues, as long
   * as no job waits for the runner. Null for none. The lease is never renewed, and lasts as long as
   * the probe's budget.
   */
  take(runner: string, now: Instant, reach?: Reach): Promise<ForkLease | null>
  /** Returns the runs of a runner with their start. */
  of(runner: string): Promise<readonly (ForkRef & { readonly takenAt: Instant })[]>
  /**
   * Ends a run. One transaction stores its results and the verdicts. Returns false when the run's
   * lease is lost.
   */
  end(fork: ForkRef, now: Instant, end: ForkEnd): Promise<boolean>
  /** Ends the runs of an earlier process of this runner as lost. */
  release(runner: string, now: Instant): Promise<void>
  /** Ends the runs whose leases have expired, and the probes that have waited for a day. */
  endOverdue(now: Instant): Promise<void>
}

/** Identifies the log of a leased job, or of its service with this name. */
export interface LogRef extends NamedLeaseOf {
  readonly service?: string
}

/** Stores logs by the ids of their jobs, and by `serviceLogId`. */
export interface LogStore extends LogReader {
  /**
   * Appends under the lease; returns false when the lease is lost. Chunks that are already stored
   * change nothing, so a call may be repeated. Throws `LogGap`.
   */
  append(lease: LogRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean>
  /**
   * Opens the log of a service under the lease of its job; returns null when the lease is lost.
   * Continues after the stored chunks. `isNew` means that the service has just started and the log
   * has nothing of its spool.
   */
  openService(lease: LogRef & { readonly service: string }, isNew: boolean): Promise<OpenServiceLog | null>
  /**
   * Adds a remark of the engine, one line or more, after the last chunk. Throws while the job is
   * leased, because only its runner may write its log.
   */
  remark(jobId: string, text: string, at: Instant): Promise<void>
  /** Returns the complete logs that have at most `shortLogChunks` chunks and `maxBytes` bytes. */
  readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>>
  /** Removes the chunks up to this one once they are stored elsewhere. */
  drop(jobId: string, throughSeq: number): Promise<void>
}

export interface ChangeFeed {
  /**
   * Calls the listener at new chunks or at the end of a job. The listener gets no data, and reads
   * on from its own position. Returns the unsubscriber.
   */
  onJob(jobId: string, listener: () => void): () => void
  onBuild(buildId: string, listener: () => void): () => void
  /**
   * Calls the listener when a build of the queue changes, but never for other queues, because an
   * owner must not see how busy the others are.
   */
  onQueue(queue: string, listener: () => void): () => void
  /** Calls the listener when a job may have become ready to lease. */
  onReady(listener: () => void): () => void
  onStop(listener: (effect: Extract<Effect, { readonly type: 'stop' }>) => void): () => void
  /** Calls the listener with the id of a runner when one of its snapshots is wanted. */
  onWanted(listener: (runner: string) => void): () => void
}
