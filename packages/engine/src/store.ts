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

/** The files of a build. The owner of the engine offers them to the runner. */
export type BuildSource =
  /** An archive in the blob store of the engine's owner. */
  | { readonly kind: 'archive'; readonly sha256: string; readonly blob: string }
  /** A tree that is on the runner's machine already, as in `hm run`. */
  | { readonly kind: 'tree'; readonly tree: SourceTreeRef }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string | null }
  | {
      readonly kind: 'git'
      /** The server's id of the repository. */
      readonly repository: string
      readonly commit: string
      /** Full refs that hold the commit, tried in order when it cannot be fetched alone. */
      readonly refs: readonly string[]
    }

/** Describes a build to the engine. The server fills it, the runner reads it. */
export interface BuildContext {
  readonly env: Readonly<Record<string, string>>
  readonly injectedEnv: Readonly<Record<string, string>>
  /** The namespaces to find cache entries in, in this order, and the one to store them in. */
  readonly cache: {
    readonly read: readonly string[]
    readonly write: string
    /** Keys of steps that run whatever is found; their entries are stored as usual. */
    readonly anew?: readonly string[]
    /** Says for people whose entries it finds, and who finds its own. */
    readonly rule?: string
  }
  /** A build of a fork never gets a secret, whatever else says so. */
  readonly trust: 'trusted' | 'fork'
  readonly origin: Readonly<Record<string, string>>
  /** The slug to render when there was no IR. */
  readonly renderSlug: string | null
  /** Null for an empty tree. */
  readonly source: BuildSource | null
  /** The facts that conditions are evaluated with; kept for a later rendering. */
  readonly conditionContext: import('@harmont/ir').ConditionContext
  /**
   * Names who claims its branch, tag and pull request, when the server has not fetched them itself.
   * The group of a rendered build depends on it.
   */
  readonly claimant?: string
  /** Hosts beyond which no step may reach, whatever it lists. Absent where there is no such limit. */
  readonly egressCeiling?: readonly string[]
  /** Only its steps are wanted: none of them runs. */
  readonly planOnly?: true
  /** Absent where nothing is traced. */
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
  /** The core's `stop` effect, kept for as long as the lease is. */
  readonly stop: 'cancel' | 'timeout' | null
  /** The deadline of the step; null before the start and once the job is being stopped. */
  readonly deadlineAt: Instant | null
}

/** Names a lease: what a runner does under it carries this. */
export interface LeaseRef {
  readonly jobId: string
  readonly buildId: string
  readonly fence: number
  /** See `Job.leaseId`. Absent from a runner of a release without it. */
  readonly leaseId?: string | null
}

export interface Applied {
  /** The build after the last event. Read its jobs at once: the list shows later changes too. */
  readonly build: Build
  /** The jobs that changed, or are new, as they are after the last event. */
  readonly changed: readonly Job[]
  /** Tells for each event whether it was taken; a refused one changed nothing. */
  readonly taken: readonly boolean[]
  readonly effects: readonly Effect[]
}

/** When somebody looked for stalled builds. */
export interface Watch {
  /** The start of the time in which somebody always looked, but for breaks of some minutes. */
  readonly since: Instant
  /** The last look at which a job was leased; null for none. */
  readonly busyAt: Instant | null
}

/** The snapshots that builds want, by their reason. */
export interface LiveSnapshots {
  /** Snapshots of unfinished builds: steps with a child that has not passed, and failed jobs. */
  readonly needed: ReadonlySet<string>
  /**
   * Snapshots of ended builds: jobs that did not pass, and the steps that these built in.
   * The newest build comes first.
   */
  readonly pinned: readonly string[]
  /** The other snapshots of ended builds, for a shell. The newest build comes first. */
  readonly left: readonly string[]
}

/** The most chunks of a log that counts as short. */
export const shortLogChunks = 16

/** Keeps builds, leases and logs. `store-suite.ts` runs against every store. */
export interface Store {
  readonly builds: BuildStore
  readonly leases: LeaseStore
  readonly logs: LogStore
  readonly outputs: OutputStore
  readonly runners: RunnerStore
  /** Null where nothing is proved: a local run answers at once, and is over. */
  readonly probes: ProbeStore | null
  /** Null where files stay on the machine that made them: a local run has one machine. */
  readonly layers: LayerStore | null
  readonly splits: SplitStore
  /** Announces changes of this process at once, and of others a little later. */
  readonly changes: ChangeFeed
  /** The clock of its builds, which never steps. */
  readonly now: () => Instant
  close(): Promise<void>
}

/** Loads a build, lets `core` decide, and stores change and effects in one transaction. */
export interface BuildStore {
  /** Returns the build as it is now; cheap when it is in use. See `Applied.build`. */
  load(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /**
   * Returns it without a look at what other processes did: no older than the last change that this
   * process made, a lease that it gave included.
   */
  known(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /** Returns every attempt of every step, oldest first within a step, for readers. */
  jobs(buildId: string): Promise<readonly Job[]>
  /** Returns an attempt of a step, not only the newest. */
  job(buildId: string, jobId: string): Promise<Job | undefined>
  /**
   * Applies the events in order, in one transaction. Undefined: no such build. Refuses a
   * `lease_lost` when the lease has been renewed past the event's instant, and a `holder_gone` when
   * the runner is there again. Throws for `leased`: `LeaseStore.take` alone gives leases. Keeps the
   * output in the same transaction, if the end of its job is among the events that are taken.
   */
  apply(buildId: string, events: readonly BuildEvent[], output?: JobOutput): Promise<Applied | undefined>
  /**
   * Returns, by id, the build's jobs that are ready at `now` (the clock's by default) and that a
   * limit or a group holds back. Takes a constant number of statements.
   */
  waits(buildId: string, now?: Instant): Promise<ReadonlyMap<string, Wait>>
  /** Settles the groups that a dead process, or an earlier release, left unsettled. */
  settleGroups(): Promise<void>
  /** Notes that somebody looks for stalled builds. */
  watch(now: Instant): Promise<Watch>
  /**
   * Returns builds in which nothing has changed since then and nothing is being done, oldest first.
   * `isIdle`: no runner has taken anything for as long; without it only builds in which no runner
   * would find anything.
   */
  standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]>
  /**
   * Returns the snapshots of unfinished builds and of those that ended after `since`; with `runner`
   * only those on its machine.
   */
  liveSnapshots(since: Instant, runner?: string): Promise<LiveSnapshots>
}

/** The output of a job that ends: what its step left besides its file system. */
export interface JobOutput {
  readonly jobId: string
  readonly output: StepOutput
}

/** Reads what steps left besides their file systems. `BuildStore.apply` writes it. */
export interface OutputStore {
  /** Returns the annotations of the newest attempts, in the order of the steps. */
  annotations(buildId: string): Promise<readonly BuildAnnotation[]>
  /** Returns the artifacts of one attempt, sorted by path. */
  artifacts(jobId: string): Promise<readonly Artifact[]>
  /** Returns the hosts that one attempt used and was refused; null where none were noted. */
  egress(jobId: string): Promise<EgressNames | null>
}

/** A lease of a job, as a report names it. */
export interface NamedLeaseOf extends NamedLease {
  readonly jobId: string
}

export interface LeaseStore {
  /**
   * Leases up to `slots` ready jobs in fair turns between queues, then by age. In the same
   * transaction each becomes `assigned` and gets the next fencing number. A runner gets jobs within
   * its reach, and none while it drains. A job's files must be on the runner, or with the server in
   * a form of its `traffic`, which has none by default.
   */
  take(runner: string, slots: number, now: Instant, reach?: Reach, traffic?: LayerTraffic): Promise<readonly Lease[]>
  /** Returns the leases of a runner. */
  of(runner: string): Promise<readonly Lease[]>
  /**
   * Returns the runner that the newest lease of a job was given to, and the job's build, also after
   * its end; null when that is another lease.
   */
  holder(lease: NamedLeaseOf): Promise<Pick<Lease, 'runner' | 'buildId'> | null>
  /** Extends all leases of a runner, by 30 s before the start and `leaseSeconds` after it. */
  renew(runner: string, now: Instant): Promise<readonly Lease[]>
  /** Stores a job's cache look-up under the lease; false when the lease is lost. */
  noteLookUp(lease: NamedLeaseOf, at: Instant, lookUp: CacheLookUp): Promise<boolean>
  /** Returns events to apply: expired leases, deadlines of steps and builds, overdue kills. */
  overdue(now: Instant, limit: number): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]>
  /**
   * Returns when the next delayed job may start; null when none is delayed. With `now`, for a runner
   * that takes files of others, also when the next job opens to it, or its files may be wanted.
   */
  nextReadyAt(now?: Instant): Promise<Instant | null>
  /** Notes that this process takes renewals. */
  noteRenewable(now: Instant): Promise<void>
  /** Returns since when some process has always taken renewals; null when none does now. */
  renewableSince(now: Instant): Promise<Instant | null>
}

/** How long nobody may note that renewals are taken before that counts as a break. */
export const renewalBreakMs = 5_000

/** A job that has been ready for so long has met no free slot where its files are. */
export const homeMs = 500

/** How long a runner must be silent before its files count as lost. */
export const goneMs = 60_000

/** A runner that renews its leases. */
export interface PresentRunner {
  readonly id: string
  readonly reach: Reach
}

/** Describes the room on a runner's machine, and what the runner holds there. */
export interface RunnerRoom {
  readonly freeBytes: number
  readonly sizeBytes: number
  readonly snapshots: number
}

/** Knows the connected runners: those that renew their leases, or get one. */
export interface RunnerStore {
  /**
   * Notes that a runner is there, what it may take, what it gives and takes of layers, and where other
   * runners take them from it. `room` is for people; absent from a runner of an earlier release.
   * Returns whether snapshots are wanted of it.
   */
  seen(
    runner: string,
    reach: Reach,
    now: Instant,
    traffic?: LayerTraffic,
    room?: RunnerRoom,
    peer?: PeerAddress,
  ): Promise<boolean>
  /** Gives a runner nothing new from now on, or again with null. */
  drain(runner: string, since: Instant | null): Promise<void>
  /** Returns the runners that are there. */
  present(now: Instant): Promise<readonly PresentRunner[]>
  /**
   * Returns events for builds that wait for files of gone runners: those that have been silent for
   * `goneMs`, or drained and idle for as long. And for jobs whose files no runner can ever have.
   */
  gone(now: Instant): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]>
}

/** The runners that share layers: those of one pool, and only within one organization. */
export interface LayerPlace {
  readonly queue: string
  readonly pool: string
}

/** A snapshot that is wanted of a runner, and the job that left it. */
export interface AskedSnapshot extends LayerPlace {
  readonly buildId: string
  readonly jobId: string
}

/** The layers of a snapshot, lowest first. */
export interface StoredSnapshot {
  readonly layers: readonly TravellingLayer[]
  /** Names of the secrets that it, or a layer below it, was made with. */
  readonly taint: readonly string[]
}

/** The runners that give a layer. */
export interface LayerHolders {
  /** SHA-256 of the taker's certificate. */
  readonly taker: string
  readonly holders: readonly (PeerAddress & { readonly runner: string })[]
}

/**
 * Knows which snapshots the server keeps for runners that did not make them. A snapshot is stored in
 * a form once all its layers are kept in forms that a runner of that form takes.
 */
export interface LayerStore {
  /**
   * Wants from other runners the snapshots that a runner with free slots lacks for jobs that have
   * been ready for a while.
   */
  want(taker: Taker, now: Instant): Promise<void>
  /** Wants of draining runners what unfinished builds still need. */
  wantOfDraining(now: Instant): Promise<void>
  /** Wants files that jobs crowd at, before anybody asks (`core/placement/export-ahead.ts`). */
  wantAhead(now: Instant): Promise<void>
  /** Returns what is wanted of a runner, first what somebody waits for. */
  wantedOf(runner: string): Promise<readonly WantedSnapshot[]>
  /** Returns whose snapshot it is; null when it is not wanted of this runner. */
  asked(runner: string, wanted: WantedSnapshot): Promise<AskedSnapshot | null>
  /**
   * Returns the layers, of these, that are not kept in a form that will do. The snapshot is stored
   * from now on if there are none. Throws for a layer of another place.
   */
  lacking(wanted: WantedSnapshot, place: LayerPlace, ids: readonly string[]): Promise<readonly string[]>
  /** Keeps a layer whose objects are whole. The snapshot is stored once its last one is kept. */
  keep(
    wanted: WantedSnapshot,
    place: LayerPlace,
    layer: TravellingLayer,
    from: { readonly giver: string; readonly taint: readonly string[] },
  ): Promise<void>
  /** Never wants the snapshot again. */
  refuse(snapshot: string, reason: string): Promise<void>
  /** Returns the layers of a snapshot that is stored for a runner that takes these forms. */
  find(place: LayerPlace, snapshot: string, forms: readonly LayerForm[]): Promise<StoredSnapshot | null>
  /** Notes that a runner has the snapshot too, after so many milliseconds of fetching. */
  placed(runner: string, snapshot: string, ms: number): Promise<void>
  /**
   * Returns the runners of its pool from which a taker may have a layer, the least busy one first, and
   * the taker's certificate; null for a taker without one.
   */
  holders(taker: string, pool: string, layer: string, now: Instant): Promise<LayerHolders | null>
  /** Names a runner no more as one that has a layer. */
  strike(runner: string, layer: string): Promise<void>
  /** Returns which of these snapshots are stored. */
  stored(snapshots: readonly string[]): Promise<ReadonlySet<string>>
}

/** A run of a probe that a runner was given. */
export interface ForkRef {
  /** The red job that is proved. */
  readonly jobId: string
  readonly buildId: string
  /** Names the run; null for a probe that waits. */
  readonly fork: string | null
}

/** A run that has a runner. */
export interface HeldFork extends ForkRef {
  readonly fork: string
}

export interface ForkLease extends HeldFork {
  readonly expiresAt: Instant
  /** Milliseconds that are left of the budget. */
  readonly leftMs: number
  readonly proof: Proof
}

/**
 * The proofs of red jobs (`engine.md` 9). `BuildStore.apply` begins one in the transaction that ends
 * its job; no run of it changes a job or the state of a build.
 */
export interface ProbeStore {
  /**
   * Leases the next run of a probe of a job that this runner ran, in turns between queues, as long
   * as no job waits for the runner. Null for none. It is never renewed, and lasts as long as its
   * budget.
   */
  take(runner: string, now: Instant, reach?: Reach): Promise<ForkLease | null>
  /** Returns the runs that a runner has, and since when. */
  of(runner: string): Promise<readonly (ForkRef & { readonly takenAt: Instant })[]>
  /**
   * Ends a run. One transaction keeps what it showed and the verdicts. False when its lease is lost.
   */
  end(fork: ForkRef, now: Instant, end: ForkEnd): Promise<boolean>
  /** Ends the runs that an earlier process of this runner began, as lost. */
  release(runner: string, now: Instant): Promise<void>
  /** Ends the runs whose lease has expired, and probes that have waited for a day. */
  endOverdue(now: Instant): Promise<void>
}

/** The log of a leased job, or that of its service with this name. */
export interface LogRef extends NamedLeaseOf {
  readonly service?: string
}

/** Keeps logs by the ids of their jobs, and by `serviceLogId`. */
export interface LogStore extends LogReader {
  /**
   * Appends under the lease; false when the lease is lost. Stored chunks change nothing, so a call
   * may be repeated. Throws when they leave a gap.
   */
  append(lease: LogRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean>
  /**
   * Opens the log of a service under the lease of its job; null when the lease is lost. Goes on
   * after the stored chunks. `isNew`: the service has just started, and the log has nothing of its
   * spool.
   */
  openService(lease: LogRef & { readonly service: string }, isNew: boolean): Promise<OpenServiceLog | null>
  /**
   * Adds a remark of the engine, a line or more, after the last chunk. Throws while the job is
   * leased: its runner writes its log.
   */
  remark(jobId: string, text: string, at: Instant): Promise<void>
  /** Returns those logs whole that have at most `shortLogChunks` and so many bytes. */
  readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>>
  /** Forgets the chunks up to this one, once they are kept elsewhere. */
  drop(jobId: string, throughSeq: number): Promise<void>
}

export interface ChangeFeed {
  /**
   * Calls the listener at new chunks, or at the end, of a job. It gets no data: it reads on from
   * where it is. Returns the unsubscriber.
   */
  onJob(jobId: string, listener: () => void): () => void
  onBuild(buildId: string, listener: () => void): () => void
  /**
   * Calls the listener when some build of the queue changes, and never for other queues: how busy
   * they are is nobody else's business.
   */
  onQueue(queue: string, listener: () => void): () => void
  /** Calls the listener when something may have become ready to lease. */
  onReady(listener: () => void): () => void
  onStop(listener: (effect: Extract<Effect, { readonly type: 'stop' }>) => void): () => void
  /** Calls the listener with the id of a runner when one of its snapshots is wanted. */
  onWanted(listener: (runner: string) => void): () => void
}
