import type { Readable, Writable } from 'node:stream'

/**
 * The one interface to sandboxes (`sandbox.md` 1). A driver owns everything below its directory; `handle`s name what it owns and
 * survive the process. Nothing here knows of builds, databases or tenants: `label` is the owner's own note, given back as it was.
 */
export interface SandboxDriver {
  /**
   * Makes a sandbox from a snapshot or an image, ready for `syncSource` and `start`.
   * Fails with a SandboxError `image_unavailable`, `snapshot_unavailable`, or `provision_failed`.
   */
  create(spec: SandboxSpec): Promise<Sandbox>
  /** Whether a command may have begun in a sandbox that an earlier process made. To be asked before it is taken over, which may remove what tells. */
  mayHaveBegun(handle: SandboxHandle): Promise<boolean>
  /**
   * Removes a sandbox of which `mayHaveBegun` says no. That stays its answer, whatever is killed, until a command is started in another sandbox of this id;
   * till then `list` has the id, and `adopt` forgets it.
   */
  clearUnbegun(handle: SandboxHandle): Promise<void>
  /** Takes over a sandbox that an earlier process made; undefined when nothing usable of it is left. */
  adopt(handle: SandboxHandle): Promise<Sandbox | undefined>
  /** Everything this driver's directory holds, running or not, for the reaper. */
  list(): Promise<readonly SandboxHandle[]>
  /** Resolves an image name to what `create` will use; pulls it when it must. The digest identifies its content. */
  resolveImage(name: string, onProgress?: (sentence: string) => void, owner?: string): Promise<ResolvedImage>
  readonly snapshots: SnapshotStore
  /** What sandboxes have elsewhere and not here, a sentence each, for the log of who has one. Absent: nothing. */
  readonly shortcomings?: readonly string[]
  /** Stops what the driver itself keeps running in this process. Sandboxes go on. */
  close(): Promise<void>
}

export interface SandboxHandle {
  readonly id: string
  /** As given in the spec. */
  readonly label: Readonly<Record<string, string>>
}

export interface SandboxSpec {
  /** `[a-z0-9-]{1,64}`, unique for ever: the engine uses job id and fencing number. */
  readonly id: string
  readonly label: Readonly<Record<string, string>>
  readonly base: { readonly image: ResolvedImage } | { readonly snapshot: SnapshotId }
  readonly limits: Limits
  readonly network: NetworkMode
  /** Host directories shown read-only inside, for rendering. */
  readonly readOnlyMounts?: readonly { readonly source: string; readonly target: string }[]
  /** Host directory shown read-only as /workspace/.git; it belongs to no snapshot, nor does its place. */
  readonly gitDirectory?: string
  /** Host directory shown read-only as the `objects` of that git directory, where its own is empty. */
  readonly gitObjects?: string
  /** Whether the command comes with secrets. */
  readonly secretFiles?: boolean
}

export interface Limits {
  readonly cpu: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly pids: number
}

export type NetworkMode = 'none' | 'egress' | 'host'

export interface Sandbox {
  readonly handle: SandboxHandle
  /**
   * Makes /workspace equal to the tree for the files that the source owns: what the tree lacks and an earlier tree brought is deleted,
   * what steps made stays, what changed gets the time of now, what did not keeps inode and time. Nothing is done when this tree is there already.
   */
  syncSource(tree: SourceTreeRef): Promise<void>
  /** Starts the one command of this sandbox. It does not depend on this process from here on. */
  start(command: Command): Promise<Running>
  /**
   * Starts the one command of this sandbox for somebody who talks to it: with a terminal of this size, or by pipes alone. It ends with this process, also
   * when that is killed, and at its deadline.
   */
  talk(command: Command, terminal: TerminalSize | null): Promise<Conversation>
  /** What its command was started with as `memo`: the owner's own, kept in memory until the sandbox's end. */
  memo(): Promise<string | undefined>
  /** The command that an earlier process started, or undefined when none was. */
  running(): Promise<Running | undefined>
  /**
   * Freezes what the ended command left. Repeatable: a later call, also after adoption by another process and though the first was cut
   * off anywhere, gives the same snapshot. `collect` leaves it alone until the sandbox is destroyed, which is all that can be done then.
   */
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
  /** A file that the command left, for rendering; undefined when absent. Fails when larger than `maxBytes` or not a regular file. */
  readFile(path: string, maxBytes: number): Promise<Buffer | undefined>
  /** Idempotent. The whole process tree, mounts, cgroups, interfaces and files are gone when it resolves. */
  destroy(): Promise<void>
}

export interface Command {
  /** Text for `sh -c`, up to 1 MiB. */
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /**
   * Contents of files in /run/secrets, by name; only when the spec said that there are. They lie in memory alone, and neither they nor the environment
   * are on disk once the command has started.
   */
  readonly secrets?: Readonly<Record<string, string>>
  /** For whoever adopts the sandbox, see there; only when the spec said that there are secrets. */
  readonly memo?: string
  readonly workingDirectory: string
  /** When the watchdog outside this process kills the tree unless `extend` moves it. */
  readonly deadline: Date
}

export interface Running {
  readonly startedAt: Date
  /**
   * The output from `offset` bytes into the spool on, as it comes, ending when the command has ended and all is read.
   * `nextOffset` of a piece is where to go on after it, also from another process.
   */
  output(offset: number, signal?: AbortSignal): AsyncIterable<OutputPiece>
  /** Output before this offset is never read again: once that is much, the disk space that it takes is given back. */
  release(offset: number): Promise<void>
  /** Resolves when the command has ended, by itself or not. Never rejects but by `signal`. */
  exited(signal?: AbortSignal): Promise<Exit>
  /** Whether the command has ended by now; false where only `exited` finds out that nothing is left of it. */
  hasEnded(): Promise<boolean>
  /** Sends a signal to every process of the tree. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Moves the watchdog's deadline. */
  extend(deadline: Date): Promise<void>
}

/** Each 1 to 65,535. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A command that somebody talks to. Who does not read makes it wait. */
export interface Conversation extends Pick<Running, 'startedAt' | 'exited'> {
  /** Its end is the end of the command's input; a terminal takes the byte 4 for that. */
  readonly input: Writable
  /** With a terminal all that is shown on it, else standard output. Ends with the command. */
  readonly output: Readable
  /** Standard error; empty with a terminal. */
  readonly errors: Readable
  /** Tells the programs on the terminal of its new size; nothing without one, or after the end. */
  resize(size: TerminalSize): Promise<void>
  /** Kills every process of it. */
  kill(): Promise<void>
}

export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Buffer
  /** Unix nanoseconds of when the spool took it. */
  readonly ts: bigint
  readonly nextOffset: number
}

export interface Exit {
  /** 0 to 255; 128 + signal for a signal; null when the sandbox vanished and nobody knows. */
  readonly code: number | null
  /** Name of the signal that ended it, as far as the code tells. */
  readonly signal: string | null
  /** Which limit ended it, if one did. */
  readonly limit: 'memory' | 'disk' | null
  /** Whether the watchdog killed it because its deadline had passed. Tells such an end from a SIGKILL by the command itself. */
  readonly overdue: boolean
  /**
   * Whether all of the output was kept: `lost` when the disk was full and it was more than room is held for; `unsure` when it was that much, and nobody saw a full
   * disk.
   */
  readonly output: 'whole' | 'unsure' | 'lost'
  readonly endedAt: Date
}

export type SnapshotId = string

/** The engine's notes, kept beside the snapshot. */
export interface SnapshotMeta {
  /** Lookup key L (`ir.md` 2.5) and namespace under which later builds may find it; null: not a cache entry. */
  readonly cache: { readonly namespace: string; readonly key: string } | null
  /** For the sentence that explains a hit. */
  readonly origin: Readonly<Record<string, string>>
  /** Secrets that this or an ancestor was made with; none when absent, as in what earlier releases kept. Never their values. */
  readonly taint?: readonly SecretRef[]
}

export interface SecretRef {
  readonly id: string
  readonly name: string
}

export interface Snapshot {
  readonly id: SnapshotId
  readonly parent: SnapshotId | null
  readonly imageDigest: string
  readonly createdAt: Date
  readonly meta: SnapshotMeta
}

/** The layer that a snapshot adds, as an OCI layer in a blob. */
export interface PackedLayer {
  /** `sha256:…` of the compressed bytes, by which the blob is named. */
  readonly digest: string
  /** How many bytes it unpacks to. */
  readonly bytes: number
}

/** What another machine must know of a snapshot to have it too. */
export interface PackedSnapshot extends Omit<Snapshot, 'createdAt'> {
  /** Its own id, and those of the snapshots whose layers lie below, the newest first. */
  readonly layers: readonly SnapshotId[]
  readonly createdAt: string
  readonly layer: PackedLayer
}

export interface SnapshotStore {
  /** The whole snapshot with all its layers, or undefined: absent, damaged or incomplete (a damaged one is dropped). */
  get(id: SnapshotId): Promise<Snapshot | undefined>
  /** The cache entry under this key, if whole. Marks it as used. One that is there and is not whole is dropped, once `onDamaged` was called. */
  find(namespace: string, key: string, onDamaged?: () => void): Promise<Snapshot | undefined>
  /** Digest of the files that the snapshot changed against its parent: paths, kinds, modes, bytes, no times. Kept once computed. */
  changedFilesDigest(id: SnapshotId): Promise<string>
  /**
   * Packs what a snapshot adds to what it lies on into `blobs/sha256` below a directory. The same snapshot gives the same bytes, also on a machine that
   * had it from another. Throws `NotPackable` when it holds what no OCI layer can, `snapshot_unavailable` when it is not whole.
   */
  pack(id: SnapshotId, directory: string): Promise<PackedLayer>
  /**
   * Makes a packed snapshot one of this machine's; what it lies on, and its image, must be here. The blob is not trusted. Nothing is left of what fails:
   * with `LayerRefused` when the blob is not what `pack` wrote, with `snapshot_unavailable` when it lies on what is not here.
   */
  unpack(packed: PackedSnapshot, source: SourceTreeRef | null, open: () => Readable): Promise<Snapshot>
  /** Removes every snapshot that has no claim, and gives their ids. What stays keeps what it lies on, and its ancestors. */
  collect(claims: CollectClaims): Promise<readonly SnapshotId[]>
}

/**
 * Why snapshots stay. All together take `cacheBytes` on the disk at most, but that `keep`, what sandboxes lie on and what is new stay whatever that takes.
 * Of the rest each stays for which there is still room: first what is `pinned`, then cache entries, the least recently used last, then what is `left`.
 */
export interface CollectClaims {
  readonly keep: ReadonlySet<SnapshotId>
  readonly cacheBytes: number
  /** The first is kept the longest. */
  readonly pinned?: readonly SnapshotId[]
  /** The first is kept the longest. */
  readonly left?: readonly SnapshotId[]
}

export interface ResolvedImage {
  readonly name: string
  /** `sha256:…`; names the content. */
  readonly digest: string
  /** Absolute path of the read-only root file system on this machine. */
  readonly rootfs: string
  /** The environment that the image asks for (PATH above all). */
  readonly env: Readonly<Record<string, string>>
  /** Set when the wanted image could not be had and the host stands in for it. */
  readonly fallbackFrom?: string
}

/** A source tree that is unpacked and content-addressed on this machine. */
export interface SourceTreeRef {
  /** Digest of the manifest: equal trees have equal digests. */
  readonly digest: string
  /** Absolute directory that holds the tree. */
  readonly path: string
}

export type SandboxErrorCode =
  | 'image_unavailable'
  | 'snapshot_unavailable'
  | 'provision_failed'
  | 'snapshot_failed'
  | 'source_invalid'
  | 'source_fetch_failed'

export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: SandboxErrorCode
  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
