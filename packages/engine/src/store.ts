/**
 * Where builds are kept. One suite (`store-suite.ts`) runs against every store. A store decides nothing: it loads a build, lets `core` decide, and keeps
 * the change and its effects in one transaction.
 */
import type { Chunk, LogReader } from '@harmont/logs'
import type { SourceTreeRef } from '@harmont/sandbox'
import type { CacheLookUp } from './cache-look-up.ts'
import type { Build, BuildEvent, Effect, Instant, Job } from './core/model.ts'
import type { Wait } from './wait.ts'

/** Where the files of a build come from. Whoever owns the engine makes an offer to the runner of it. */
export type BuildSource =
  /** Named by the blob store of the engine's owner. */
  | { readonly kind: 'archive'; readonly sha256: string; readonly blob: string }
  /** On the runner's own machine already: of a run where both are one. */
  | { readonly kind: 'tree'; readonly tree: SourceTreeRef }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string | null }
  | {
      readonly kind: 'git'
      /** The server's id of the repository. */
      readonly repository: string
      readonly commit: string
      /** Full refs that hold the commit, tried in order when the commit alone cannot be fetched. */
      readonly refs: readonly string[]
    }

/** What the engine must know of a build besides its jobs; the server fills it, the runner reads it. */
export interface BuildContext {
  readonly env: Readonly<Record<string, string>>
  readonly injectedEnv: Readonly<Record<string, string>>
  /** Namespaces of cache entries: those it may find some in, in this order, and the one that its own go into. */
  readonly cache: {
    readonly read: readonly string[]
    readonly write: string
    /** Keys of steps that are run whatever is found; what they leave is kept as ever. */
    readonly anew?: readonly string[]
    /** Whose entries it finds, and who finds its own, in words for people. */
    readonly rule?: string
  }
  /** A build of a fork is never given a secret, whatever else says so. */
  readonly trust: 'trusted' | 'fork'
  readonly origin: Readonly<Record<string, string>>
  /** The slug to render when there was no IR. */
  readonly renderSlug: string | null
  /** Null for an empty tree. */
  readonly source: BuildSource | null
  /** The facts that conditions are evaluated with; kept for a later rendering. */
  readonly conditionContext: import('@harmont/ir').ConditionContext
  /** Whose word its branch, tag and pull request are, where not the repository's: for the group of a build that is rendered. */
  readonly claimant?: string
  /** Its steps are wanted, and not what they do: none is ever run. */
  readonly planOnly?: true
}

export interface Lease {
  readonly jobId: string
  readonly buildId: string
  readonly runner: string
  readonly fence: number
  readonly expiresAt: Instant
  readonly started: boolean
  readonly lastSeq: number
  readonly spoolPosition: string
  /** What is asked of the runner: the core's `stop` effect, kept for as long as the lease is. */
  readonly stop: 'cancel' | 'timeout' | null
  /** When the step's own time is over; null before the start and once the job is being stopped. */
  readonly deadlineAt: Instant | null
}

export interface Applied {
  /** The build after the last event. Its list of jobs is the store's own and shows later changes too: read it at once, do not keep it. */
  readonly build: Build
  /** The jobs that changed, or are new, as they are after the last event. */
  readonly changed: readonly Job[]
  /** For each event whether it was taken; a refused one changed nothing. */
  readonly taken: readonly boolean[]
  readonly effects: readonly Effect[]
}

/** Who has looked for builds that stand still. */
export interface Watch {
  /** Since when there was always somebody to look, but for breaks of some minutes. */
  readonly since: Instant
  /** When a job was leased the last time that somebody looked; null for never. */
  readonly busyAt: Instant | null
}

/** Why builds want snapshots. */
export interface LiveSnapshots {
  /** Of unfinished builds those of steps with a child that has not passed, and what failed jobs left. */
  readonly needed: ReadonlySet<string>
  /** Of ended builds what a retry or a shell begins with: what jobs left that did not pass, and what such jobs built in. The newest build's first. */
  readonly pinned: readonly string[]
  /** What else ended builds left, for a shell. The newest build's first. */
  readonly left: readonly string[]
}

/** See `BuildStore.readShort`: more chunks are not looked at before it is known that a log is long. */
export const shortLogChunks = 16

export interface BuildStore extends LogReader {
  /** The clock of its builds, which never steps. */
  readonly now: () => Instant
  /** The build as it is now; cheap when it is in use here. See `Applied.build` about its list of jobs. */
  load(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /** The same without a look at what other processes did: no older than the last change that this one made, a lease that it gave included. */
  known(buildId: string): Promise<{ readonly build: Build; readonly context: BuildContext } | undefined>
  /** Every attempt of every step, oldest first within a step, for readers. */
  jobs(buildId: string): Promise<readonly Job[]>
  /**
   * Applies the events in order, in one transaction. Undefined: no such build. A `lease_lost` is refused when the lease has been renewed past the
   * event's instant. `leased` is for `lease` alone.
   */
  apply(buildId: string, events: readonly BuildEvent[]): Promise<Applied | undefined>
  /**
   * Leases up to `slots` ready jobs in fair turns between queues, then by age. In the same transaction each becomes `assigned` and gets the
   * next fencing number.
   */
  lease(runner: string, slots: number, now: Instant): Promise<readonly Lease[]>
  /** Of the build's jobs that are ready at `now`, the clock's by default, those that a limit or a group holds back, by id. A constant number of statements. */
  waits(buildId: string, now?: Instant): Promise<ReadonlyMap<string, Wait>>
  /** Lets builds and jobs into their groups that ought to be in them: what a process that died, or of an earlier release, has left undone. */
  settleGroups(): Promise<void>
  leasesOf(runner: string): Promise<readonly Lease[]>
  /** Extends all leases of the runner, in one statement: 30 s before the start, `leaseSeconds` after it. */
  renew(runner: string, now: Instant): Promise<readonly Lease[]>
  /**
   * Appends under the lease's fence; false when it is lost. Chunks that are stored already change nothing, so that a call may be repeated;
   * throws when they leave a gap.
   */
  append(
    lease: { readonly jobId: string; readonly fence: number },
    chunks: readonly Chunk[],
    spoolPosition: string,
  ): Promise<boolean>
  /** Keeps, under the lease's fence, what a job was looked up with in the cache; false when the lease is lost. */
  noteLookUp(
    lease: { readonly jobId: string; readonly fence: number },
    at: Instant,
    lookUp: CacheLookUp,
  ): Promise<boolean>
  /** A remark of the engine's own, a line or more, added after the last chunk. Throws while the job is leased: then its runner writes its log. */
  remark(jobId: string, text: string, at: Instant): Promise<void>
  /** All chunks of those of these jobs whose log is short: at most `shortLogChunks`, and so many bytes. One statement. */
  readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>>
  /** Forgets the chunks up to this one, once they are kept elsewhere. */
  dropLog(jobId: string, throughSeq: number): Promise<void>
  /** What is overdue: leases past their expiry, step and build deadlines, kills. Each as the event to apply. */
  overdue(now: Instant, limit: number): Promise<readonly { readonly buildId: string; readonly event: BuildEvent }[]>
  /** Notes that somebody looks for builds that stand still. */
  watch(now: Instant): Promise<Watch>
  /**
   * Builds of which nothing has changed since then and in which nothing is done, oldest first. `isIdle`: no runner has taken anything for as long; else only
   * those that no runner would find anything of.
   */
  standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]>
  /** When the next job that waits for its time may start, null when none does. */
  nextReadyAt(): Promise<Instant | null>
  /** Snapshots that something may still start from, with what builds left that ended after `since`. */
  liveSnapshots(since: Instant): Promise<LiveSnapshots>
  /** Changes since they happened here; within one process at once. */
  readonly changes: ChangeFeed
  close(): Promise<void>
}

export interface ChangeFeed {
  /** New chunks, or the end, of one job. Listeners get no data: they read on from where they are. Gives the unsubscriber. */
  onJob(jobId: string, listener: () => void): () => void
  onBuild(buildId: string, listener: () => void): () => void
  /** Something changed in some build of the queue. Changes of other queues do not wake: how busy they are is nobody else's business. */
  onQueue(queue: string, listener: () => void): () => void
  /** Something may have become ready to lease. */
  onReady(listener: () => void): () => void
  onStop(listener: (effect: Extract<Effect, { readonly type: 'stop' }>) => void): () => void
}
