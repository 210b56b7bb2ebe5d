/**
 * All that the rest of the engine knows of sandboxes, in one file although it is long: nearly all of
 * it is documentation, and its interfaces name each other. In this order: the driver and what a
 * sandbox is made of, the sandbox and its files, its command, snapshots, images, errors.
 */
import type { Readable, Writable } from 'node:stream'

/**
 * The interface to sandboxes (`sandbox.md` 1). A driver owns everything below its directory. Handles
 * name its sandboxes and survive the process. The driver knows nothing of builds, databases or
 * tenants: `label` is the owner's note, returned unchanged.
 */
export interface SandboxDriver {
  /**
   * Makes a sandbox from a snapshot or an image, ready for `syncSource` and `start`. Fails with
   * SandboxError `image_unavailable`, `snapshot_unavailable` or `provision_failed`.
   */
  create(spec: SandboxSpec): Promise<Sandbox>
  /**
   * Returns whether a command may have started in a sandbox that an earlier process made. Ask
   * before `adopt`, which may remove the evidence.
   */
  mayHaveBegun(handle: SandboxHandle): Promise<boolean>
  /**
   * Removes a sandbox for which `mayHaveBegun` is false. The answer stays false across crashes
   * until a command starts in another sandbox with this id. Until then `list` includes the id, and
   * `adopt` forgets it.
   */
  clearUnbegun(handle: SandboxHandle): Promise<void>
  /** Takes over a sandbox that an earlier process made. Undefined if nothing usable is left. */
  adopt(handle: SandboxHandle): Promise<Sandbox | undefined>
  /** Lists everything in this driver's directory, running or not, for the reaper. */
  list(): Promise<readonly SandboxHandle[]>
  /**
   * Resolves an image name for `create`, and pulls the image if needed. The digest identifies its
   * content. An image that was pulled with a login of the owner is for nobody else.
   */
  resolveImage(
    name: string,
    onProgress?: (sentence: string) => void,
    owner?: string,
    findLogin?: FindLogin,
  ): Promise<ResolvedImage>
  readonly snapshots: SnapshotStore
  /**
   * Features that sandboxes lack on this machine, one sentence each, for the operator's log. Absent:
   * none.
   */
  readonly shortcomings?: readonly string[]
  /** Stops what the driver runs in this process. Sandboxes keep running. */
  close(): Promise<void>
}

export interface SandboxHandle {
  readonly id: string
  /** The label of the spec. */
  readonly label: Readonly<Record<string, string>>
}

export interface SandboxSpec {
  /** `[a-z0-9-]{1,64}`, never reused: the engine uses job id and fencing number. */
  readonly id: string
  readonly label: Readonly<Record<string, string>>
  readonly base: { readonly image: ResolvedImage } | { readonly snapshot: SnapshotId }
  readonly limits: Limits
  readonly network: NetworkMode
  /**
   * The hosts that it may reach, with its services; absent for all that its network mode reaches.
   * Only with the mode `egress`. `create` fails with SandboxError `egress_unsupported` where this
   * machine cannot bind it.
   */
  readonly egress?: EgressBound
  /** Host directories mounted read-only, for rendering. */
  readonly readOnlyMounts?: readonly { readonly source: string; readonly target: string }[]
  /**
   * Host directory mounted read-only as /workspace/.git. Neither it nor its mount point is part of
   * a snapshot.
   */
  readonly gitDirectory?: string
  /** Host directory mounted read-only as `objects` of that git directory, whose own is empty. */
  readonly gitObjects?: string
  /** Whether the command comes with secrets. */
  readonly secretFiles?: boolean
  /**
   * Files of other snapshots that /workspace has from the start. A later entry replaces what an
   * earlier one gave. `create` fails with `InputMissing`.
   */
  readonly inputs?: readonly SandboxInput[]
  /**
   * Programs beside the command, at most 16. The limits hold for all together, except that each may
   * use the whole disk space. Not with the network mode `host`.
   */
  readonly services?: readonly ServiceSpec[]
}

export interface SandboxInput {
  readonly snapshot: SnapshotId
  /** A path or glob (`ir.md` 2.3), relative to /workspace of the snapshot. */
  readonly path: string
  /** The directory of /workspace below which they keep their paths; '' for /workspace. */
  readonly into: string
  /** Whether it may name nothing. */
  readonly optional: boolean
}

/**
 * A program that runs beside a sandbox's command, in a sandbox of its own. The command and the other
 * services reach it by its name, and nobody else does.
 */
export interface ServiceSpec {
  /** Its host name, unique among the services of a sandbox. */
  readonly name: string
  readonly base: { readonly image: ResolvedImage } | { readonly snapshot: SnapshotId }
  readonly env: Readonly<Record<string, string>>
  /** Text for `sh -c`, or null for the image's own program. */
  readonly command: string | null
  readonly ready: ServiceReadiness
  /** Names of the services that must be ready before it starts. */
  readonly needs: readonly string[]
  /** How `stop` asks it to end. A null signal is the image's, or SIGTERM. */
  readonly stop: { readonly signal: string | null; readonly seconds: number }
  /** Whether its ports also answer on the command's 127.0.0.1. */
  readonly localhost: boolean
  /** Whether it has the way out of the network that the sandbox has. */
  readonly egress: boolean
}

/**
 * The conditions under which a service is ready: all that are set. If none is set, it is ready when
 * the only port of its image listens, or without such a port once it has started.
 */
export interface ServiceReadiness {
  readonly port: number | null
  /** Text for `sh -c` in the service; ready when it exits with 0. */
  readonly command: string | null
  /** In RE2 syntax; ready when a line of its output has a match. */
  readonly log: string | null
  readonly timeoutSeconds: number
}

/** `waiting`: for the services that it needs. */
export type ServiceState = 'waiting' | 'starting' | 'ready' | 'ended'

/** A service of a sandbox. */
export interface Service {
  readonly name: string
  state(): Promise<ServiceState>
  /**
   * Resolves once it is ready, with the milliseconds since its start; undefined if an earlier
   * process started it, or the sandbox ended before.
   */
  ready(): Promise<number | undefined>
  /**
   * Resolves with its program once it has started: its output, end and deadline. Undefined if the
   * sandbox ended before.
   */
  started(): Promise<Running | undefined>
  /** Asks it to end, and kills it when its time to stop is over. */
  stop(): Promise<Exit>
  /** Freezes the files that it left; see `Sandbox.snapshot`. It must have ended. */
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
}

export interface Limits {
  readonly cpu: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly pids: number
}

export type NetworkMode = 'none' | 'egress' | 'host'

export interface EgressBound {
  /** Null: all, whose names are noted. */
  readonly hosts: readonly AllowedHost[] | null
}

/** A host that a sandbox may reach by TCP, at one port. */
export interface AllowedHost {
  /** In lower case. */
  readonly name: string
  /** Whether the names below it are meant, at any depth, instead of the name itself. */
  readonly below: boolean
  readonly port: number
}

/** Names of hosts, as a pipeline writes them: `:PORT` follows all but 443. Sorted, at most 200 each. */
export interface EgressNames {
  /** False if its hosts were only noted. */
  readonly isBound: boolean
  readonly used: readonly string[]
  readonly refused: readonly string[]
  /** False if there were more. */
  readonly isWhole: boolean
}

export interface Sandbox {
  readonly handle: SandboxHandle
  /** In the order of the spec. They end with the sandbox. */
  readonly services: readonly Service[]
  /**
   * Starts the services, each once those that it needs are ready, and resolves when all are. Fails
   * with a ServiceError, or by the signal; then only `destroy` is possible.
   * @param deadline when the watchdog kills those that start now. `Running.extend` of each moves
   * it; once the command runs, that of the command moves all.
   */
  startServices(deadline: () => Date, signal?: AbortSignal): Promise<void>
  /**
   * Makes /workspace equal to the tree for files that the source owns. Deletes files of an earlier
   * tree that this one lacks, and keeps what steps made. Changed files get the current time;
   * unchanged ones keep inode and time. Does nothing if the tree is already there. Paths that
   * inputs gave stay as they are, here and in sandboxes that start from the snapshot.
   */
  syncSource(tree: SourceTreeRef): Promise<void>
  /** Starts the sandbox's only command. From then on it does not depend on this process. */
  start(command: Command): Promise<Running>
  /**
   * Starts the sandbox's only command for an interactive user, on a terminal of this size or on
   * pipes. It ends at its deadline, or when this process ends, even by SIGKILL.
   */
  talk(command: Command, terminal: TerminalSize | null): Promise<Conversation>
  /**
   * Returns the `memo` that its command was started with, or that replaced it. It is kept in memory
   * until the sandbox ends.
   */
  memo(): Promise<string | undefined>
  /**
   * Replaces the memo, and then files of /run/secrets, while the command runs. A reader of one sees
   * the old or the new content. Needs `secretFiles` in the spec.
   */
  replaceSecrets(secrets: Readonly<Record<string, string>>, memo: string): Promise<void>
  /** Returns the command that an earlier process started; undefined if none was. */
  running(): Promise<Running | undefined>
  /**
   * Freezes the files that the ended command left. Repeatable: a later call returns the same
   * snapshot, even after a crash or adoption by another process. `collect` keeps the snapshot until
   * the sandbox is destroyed. Afterwards only `destroy` is possible.
   */
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
  /**
   * Reads a file that the command left, for rendering. Undefined if absent. Fails if it is larger
   * than `maxBytes` or not a regular file.
   */
  readFile(path: string, maxBytes: number): Promise<Buffer | undefined>
  /**
   * Shows the files that the ended command left, for as long as `use` runs, before or after
   * `snapshot`. Fails with SandboxError `snapshot_unavailable` if they are gone.
   */
  withFiles<T>(use: (files: FrozenFiles) => Promise<T>): Promise<T>
  /**
   * Returns the files that the command left in the directory that its `HARMONT_OUTPUT` names, once
   * it has ended. They belong to no snapshot, and this process need not have started the command.
   */
  outputFiles(): Promise<OutputFiles>
  /**
   * Returns the names of hosts that it and its services have used and were refused so far; undefined
   * if it is bound to no list.
   */
  egressNames(): Promise<EgressNames | undefined>
  /**
   * Idempotent. Resolves once the process tree, mounts, cgroups, network interfaces and files are
   * gone.
   */
  destroy(): Promise<void>
}

/** Files that nothing changes any more. Their paths are below /workspace. */
export interface FrozenFiles {
  /** Lists the files that patterns name. Follows no link out of /workspace. */
  list(request: ListRequest): Promise<Listing>
  /**
   * Digests parts and whole files in one reading, in a worker thread. The segments of a file come in
   * its order, and cover it.
   */
  digest(parts: readonly (readonly Segment[])[]): Promise<PartDigests>
  /** Reads segments one after the other into a buffer, and returns its filled part. */
  read(segments: readonly Segment[], into: Uint8Array): Promise<Uint8Array>
}

export interface ListRequest {
  /** Paths and globs below /workspace; see `selection`. */
  readonly patterns: readonly string[]
  readonly maxFiles: number
  /** The most entries that the walk looks at, found or not. */
  readonly maxEntries: number
  readonly maxMs: number
}

/** A regular file, or a link that leads to one inside /workspace. */
export interface ListedFile {
  /** Below /workspace; may hold every character but NUL. */
  readonly path: string
  readonly bytes: number
  /** Indexes of the patterns that name it, ascending. */
  readonly patterns: readonly number[]
}

export interface Listing {
  /** Sorted by path. */
  readonly files: readonly ListedFile[]
  /**
   * Named entries that are no files of /workspace: devices, sockets, links that lead elsewhere;
   * names that are not UTF-8, or too long. `first` is the first of them in the order of paths.
   */
  readonly leftOut: { readonly count: number; readonly first: string | null }
  /** The limit at which the walk ended, with no files; null when it saw everything. */
  readonly exceeded: 'files' | 'entries' | 'time' | null
}

/** Bytes of a file below /workspace. */
export interface Segment {
  readonly path: string
  readonly from: number
  readonly length: number
}

/** SHA-256 in hex of each part, and of each file by its path. */
export interface PartDigests {
  readonly parts: readonly string[]
  readonly files: ReadonlyMap<string, string>
}

/** Files of the output directory, at most 64 MiB. A command may have left anything. */
export interface OutputFiles {
  /** False if some are lost: the disk was full, or the command's monitor was killed. */
  readonly complete: boolean
  /** Returns the names in a directory in order; none if it is absent. Follows no link. */
  list(directory: string): Promise<readonly string[]>
  /** Does what `Sandbox.readFile` does. Follows no link. */
  read(path: string, maxBytes: number): Promise<Buffer | undefined>
}

export interface Command {
  /** Text for `sh -c`, up to 1 MiB. */
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /**
   * Contents of the files in /run/secrets, by name. Needs `secretFiles` in the spec. They exist in
   * memory only. Once the command has started, neither they nor the environment are on disk.
   */
  readonly secrets?: Readonly<Record<string, string>>
  /**
   * For the process that adopts the sandbox; see `Sandbox.memo`. Needs `secretFiles` in the spec.
   */
  readonly memo?: string
  /** Text of the file that `HARMONT_SPLIT` then names. It is in no snapshot. */
  readonly split?: string
  readonly workingDirectory: string
  /** When the watchdog outside this process kills the tree, unless `extend` moves it. */
  readonly deadline: Date
}

export interface Running {
  readonly startedAt: Date
  /**
   * Streams the output from byte `offset` of the spool. Ends when the command has ended and all
   * output is read. `nextOffset` of a piece is the offset to resume at, from any process.
   */
  output(offset: number, signal?: AbortSignal): AsyncIterable<OutputPiece>
  /**
   * Declares that output before this offset will not be read again. Frees its disk space once that
   * is worth it.
   */
  release(offset: number): Promise<void>
  /** Resolves when the command has ended, for whatever reason. Rejects only by `signal`. */
  exited(signal?: AbortSignal): Promise<Exit>
  /**
   * Returns whether the command has ended. May be false when only `exited` can detect that its
   * monitor is lost.
   */
  hasEnded(): Promise<boolean>
  /** Sends a signal to every process of the tree. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Moves the watchdog's deadline. */
  extend(deadline: Date): Promise<void>
}

/** Both from 1 to 65,535. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** An interactive command. It blocks while nobody reads its output. */
export interface Conversation extends Pick<Running, 'startedAt' | 'exited'> {
  /** Ending it ends the command's input. On a terminal, send byte 4 instead. */
  readonly input: Writable
  /** Everything shown on the terminal, or standard output. Ends with the command. */
  readonly output: Readable
  /** Standard error; empty with a terminal. */
  readonly errors: Readable
  /**
   * Tells the programs on the terminal its new size. Does nothing without a terminal or after the
   * end.
   */
  resize(size: TerminalSize): Promise<void>
  /** Kills all its processes. */
  kill(): Promise<void>
}

export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Buffer
  /** When the spool received it, in Unix nanoseconds. */
  readonly ts: bigint
  readonly nextOffset: number
}

export interface Exit {
  /** 0 to 255; 128 + signal for a signal; null if the sandbox vanished and the code is unknown. */
  readonly code: number | null
  /** Name of the signal that ended it, derived from the code. */
  readonly signal: string | null
  /** The limit that ended it, if one did. */
  readonly limit: 'memory' | 'disk' | null
  /**
   * Whether the watchdog killed it at its deadline. Distinguishes that from a SIGKILL by the
   * command itself.
   */
  readonly overdue: boolean
  /**
   * Whether all output was kept. `lost`: the disk was full and the output exceeded the reserved
   * space. `unsure`: the output exceeded it, and no full disk was seen.
   */
  readonly output: 'whole' | 'unsure' | 'lost'
  readonly endedAt: Date
}

export type SnapshotId = string

/** Metadata that the engine keeps with a snapshot. */
export interface SnapshotMeta {
  /**
   * Lookup key (`ir.md` 2.5) and namespace under which later builds may find it; null if it is no
   * cache entry.
   */
  readonly cache: { readonly namespace: string; readonly key: string } | null
  /** Names the build and step that made it, for the message about a cache hit. */
  readonly origin: Readonly<Record<string, string>>
  /**
   * Secrets that this snapshot or an ancestor was made with; never their values. Absent means none,
   * as in records of earlier releases.
   */
  readonly secretLineage?: readonly SecretRef[]
  /** The engine's own note of what the step left besides files. Returned unchanged. */
  readonly output?: unknown
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

/** The layer that a snapshot adds, stored as an OCI layer in a blob. */
export interface PackedLayer {
  /** `sha256:…` of the compressed bytes; names the blob. */
  readonly digest: string
  /** Unpacked size in bytes. */
  readonly bytes: number
}

/** The data that another machine needs to recreate a snapshot. */
export interface PackedSnapshot extends Omit<Snapshot, 'createdAt'> {
  /** Its own id, then the ids of the snapshots below it, newest first. */
  readonly layers: readonly SnapshotId[]
  /** Paths of /workspace that inputs gave, one character per byte. Absent for none. */
  readonly inputPaths?: readonly string[]
  readonly createdAt: string
  readonly layer: PackedLayer
}

export interface SnapshotStore {
  /**
   * Returns the snapshot if it and all its layers are whole. Drops it and returns undefined if it
   * is damaged or incomplete.
   */
  get(id: SnapshotId): Promise<Snapshot | undefined>
  /**
   * Returns the cache entry under this key, and marks it as used. If an entry exists but is not
   * whole, calls `onDamaged` and drops it.
   */
  find(namespace: string, key: string, onDamaged?: () => void): Promise<Snapshot | undefined>
  /**
   * Shows the files of a snapshot for as long as `use` runs. Fails with SandboxError
   * `snapshot_unavailable` if it is not whole.
   */
  withFiles<T>(id: SnapshotId, use: (files: FrozenFiles) => Promise<T>): Promise<T>
  /**
   * Returns a digest of the files changed against the parent: paths, kinds, modes and bytes, but no
   * times. Beyond 16 GiB of holes, a file with holes is equal to no other. Stored once computed.
   */
  changedFilesDigest(id: SnapshotId): Promise<string>
  /**
   * Returns a digest of what a path or glob names below /workspace: paths, kinds, modes, owners and
   * bytes, but no times. Null if it names nothing. Beyond 16 GiB of holes, a file with holes is equal
   * to no other. Stored once computed.
   */
  filesDigest(id: SnapshotId, path: string): Promise<string | null>
  /** Returns how many snapshots there are, whole or not. */
  count(): Promise<number>
  /** Returns the disk space of the layer that a snapshot adds, as `collect` counts it. */
  ownBytes(id: SnapshotId): Promise<number>
  /**
   * Packs the layer that a snapshot adds into `blobs/sha256` below a directory. The same snapshot
   * gives the same bytes on every machine. Throws `NotPackable` for a file that no OCI layer can
   * hold, and `snapshot_unavailable` if the snapshot is not whole.
   */
  pack(id: SnapshotId, directory: string): Promise<PackedLayer>
  /**
   * Recreates a packed snapshot on this machine. Its image and the snapshots below it must be
   * present. The blob is untrusted. A failure leaves nothing behind: `LayerRefused` if `pack` did
   * not write the blob, `snapshot_unavailable` if something below is missing.
   */
  unpack(packed: PackedSnapshot, source: SourceTreeRef | null, open: () => Readable): Promise<Snapshot>
  /**
   * Removes every snapshot without a claim, and returns the ids. A kept snapshot keeps its layers
   * and ancestors.
   */
  collect(claims: CollectClaims): Promise<readonly SnapshotId[]>
}

/**
 * Why snapshots are kept. Snapshots in `keep`, those in use by sandboxes and new ones are kept at
 * any size. The others are kept while the total fits `cacheBytes`: first `pinned`, then cache
 * entries, most recently used first, then `left`.
 */
export interface CollectClaims {
  readonly keep: ReadonlySet<SnapshotId>
  readonly cacheBytes: number
  /** Kept in this order of priority. */
  readonly pinned?: readonly SnapshotId[]
  /** Kept in this order of priority. */
  readonly left?: readonly SnapshotId[]
}

/** A login of a registry, with which images are pulled. It is in no sandbox. */
export interface RegistryLogin {
  /** Another one for each change. */
  readonly id: string
  readonly username: string
  readonly secret: string
}

/** Returns the login for a registry, named `host` or `host:port`; null for none. */
export type FindLogin = (registry: string) => Promise<RegistryLogin | null>

export interface ResolvedImage {
  readonly name: string
  /** `sha256:…`; identifies the content. */
  readonly digest: string
  /** Absolute path of the read-only root file system on this machine. */
  readonly rootfs: string
  /** The environment that the image asks for, PATH above all. */
  readonly env: Readonly<Record<string, string>>
  /** Its program as a service. Absent for `host`, and if an earlier release unpacked it. */
  readonly program?: ImageProgram
  /** The wanted image, if it was unavailable and the host base replaces it. */
  readonly fallbackFrom?: string
}

/** The program of an image, from its configuration. */
export interface ImageProgram {
  readonly args: readonly string[]
  /** USER, USER:GROUP, ids, or '' for root. */
  readonly user: string
  readonly workingDirectory: string
  /** The TCP ports that it exposes. */
  readonly ports: readonly number[]
  readonly stopSignal: string | null
}

/** A source tree, unpacked on this machine and addressed by its content. */
export interface SourceTreeRef {
  /** Digest of the manifest. Equal trees have equal digests. */
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
  | 'service_failed'
  | 'service_timeout'
  | 'egress_unsupported'

export class SandboxError extends Error {
  override readonly name: string = 'SandboxError'
  readonly code: SandboxErrorCode
  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An input that must name something names nothing. */
export class InputMissing extends SandboxError {
  /** Which of the spec's. */
  readonly index: number
  constructor(index: number) {
    super('provision_failed', `input ${index} names nothing`)
    this.index = index
  }
}
