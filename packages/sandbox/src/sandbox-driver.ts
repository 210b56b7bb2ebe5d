/**
 * The engine's interface to sandboxes. It is one long file, because nearly all of it is
 * documentation and its interfaces refer to each other. Order: the driver and the inputs of a
 * sandbox, the sandbox and its files, its command, snapshots, images, errors.
 */
import type { Readable, Writable } from 'node:stream'

/**
 * The interface to sandboxes (`sandbox.md` 1). A driver owns everything below its directory.
 * Handles identify its sandboxes and outlive the process. The driver has no knowledge of builds,
 * databases or tenants: `label` is the owner's note, returned unchanged.
 */
export interface SandboxDriver {
  /**
   * Makes a sandbox from a snapshot or an image, ready for `syncSource` and `start`. Rejects with
   * SandboxError `image_unavailable`, `snapshot_unavailable` or `provision_failed`.
   */
  create(spec: SandboxSpec): Promise<Sandbox>
  /**
   * Returns whether a command may have started in a sandbox that an earlier process made. Call it
   * before `adopt`, which may remove the evidence.
   */
  mayHaveBegun(handle: SandboxHandle): Promise<boolean>
  /**
   * Removes a sandbox for which `mayHaveBegun` is false. The result stays false across crashes
   * until a command starts in another sandbox with this id. Until then `list` includes the id,
   * unless `adopt` removes it.
   */
  clearUnbegun(handle: SandboxHandle): Promise<void>
  /** Adopts a sandbox of an earlier process. Returns undefined if nothing usable remains. */
  adopt(handle: SandboxHandle): Promise<Sandbox | undefined>
  /** Lists all sandboxes in this driver's directory, running or not, for the reaper. */
  list(): Promise<readonly SandboxHandle[]>
  /**
   * Resolves an image name for `create`, and pulls the image if needed. The digest identifies its
   * content. An image that was pulled with a login of the owner is not available to other owners.
   */
  resolveImage(
    name: string,
    onProgress?: (sentence: string) => void,
    owner?: string,
    findLogin?: FindLogin,
  ): Promise<ResolvedImage>
  readonly snapshots: SnapshotStore
  /**
   * Features that sandboxes lack on this machine, one sentence each, for the operator's log.
   * Absent: none.
   */
  readonly shortcomings?: readonly string[]
  /** Stops the driver's work in this process. Sandboxes keep running. */
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
  /**
   * Sandboxes with the same share together get as much processor time as those with another share,
   * when there is not enough for all. If absent, the sandbox competes for itself alone.
   */
  readonly share?: string
  readonly network: NetworkMode
  /**
   * The hosts that the sandbox and its services may reach. If absent, they may reach all that the
   * network mode allows. Requires the mode `egress`. `create` rejects with SandboxError
   * `egress_unsupported` if this machine cannot apply the list.
   */
  readonly egress?: EgressBound
  /** Directories of the machine mounted read-only, for rendering. */
  readonly readOnlyMounts?: readonly { readonly source: string; readonly target: string }[]
  /**
   * A directory of the machine mounted read-only as /workspace/.git. Neither it nor its mount point
   * is part of a snapshot.
   */
  readonly gitDirectory?: string
  /**
   * A directory of the machine mounted read-only as `objects` of that git directory, whose own
   * `objects` is empty.
   */
  readonly gitObjects?: string
  /** Whether the command has secrets. */
  readonly secretFiles?: boolean
  /**
   * Files of other snapshots that /workspace contains from the start. A later entry replaces files
   * of an earlier one. `create` rejects with `InputMissing`.
   */
  readonly inputs?: readonly SandboxInput[]
  /**
   * Programs that run beside the command, at most 16. The command and the services share the
   * limits, except that each may use the whole disk space. Not possible with the network mode
   * `host`.
   */
  readonly services?: readonly ServiceSpec[]
}

export interface SandboxInput {
  readonly snapshot: SnapshotId
  /** A path or glob (`ir.md` 2.3), relative to /workspace of the snapshot. */
  readonly path: string
  /**
   * The directory of /workspace below which the files keep their paths; '' for /workspace itself.
   */
  readonly into: string
  /** Whether `path` may match nothing. */
  readonly optional: boolean
}

/**
 * A program that runs beside a sandbox's command, in a sandbox of its own. Only the command and the
 * other services can reach it, by its name.
 */
export interface ServiceSpec {
  /** The service's host name, unique among the services of a sandbox. */
  readonly name: string
  readonly base: { readonly image: ResolvedImage } | { readonly snapshot: SnapshotId }
  readonly env: Readonly<Record<string, string>>
  /** Text for `sh -c`, or null for the image's own program. */
  readonly command: string | null
  readonly ready: ServiceReadiness
  /** Names of the services that must be ready before this one starts. */
  readonly needs: readonly string[]
  /**
   * How `stop` ends the service: the signal, and the time after which it is killed. A null signal
   * means the image's, or SIGTERM.
   */
  readonly stop: { readonly signal: string | null; readonly seconds: number }
  /** Whether the service's ports also answer on the command's 127.0.0.1. */
  readonly localhost: boolean
  /** Whether the service may reach the hosts that the sandbox may reach. */
  readonly egress: boolean
}

/**
 * The conditions under which a service is ready; all that are set must hold. If none is set, it is
 * ready when its image's only port listens. If the image does not have exactly one port, it is
 * ready once it has started.
 */
export interface ServiceReadiness {
  readonly port: number | null
  /** Text for `sh -c` in the service; ready when it exits with 0. */
  readonly command: string | null
  /** A pattern in RE2 syntax; the service is ready when a line of its output matches. */
  readonly log: string | null
  readonly timeoutSeconds: number
}

/** `waiting`: the services that it needs are not ready yet. */
export type ServiceState = 'waiting' | 'starting' | 'ready' | 'ended'

/** A service of a sandbox. */
export interface Service {
  readonly name: string
  state(): Promise<ServiceState>
  /**
   * Resolves once the service is ready, with the milliseconds since its start; with undefined if an
   * earlier process started it, or if the sandbox ended first.
   */
  ready(): Promise<number | undefined>
  /**
   * Resolves with the service's program once it has started: its output, end and deadline. Resolves
   * with undefined if the sandbox ended first.
   */
  started(): Promise<Running | undefined>
  /** Sends the service its stop signal, and kills it when its time to stop is over. */
  stop(): Promise<Exit>
  /**
   * Freezes the files that the service left; see `Sandbox.snapshot`. The service must have ended.
   */
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
  /** Null to allow all hosts and record their names. */
  readonly hosts: readonly AllowedHost[] | null
}

/** A host that a sandbox may reach by TCP, at one port. */
export interface AllowedHost {
  /** In lower case. */
  readonly name: string
  /**
   * Whether the entry covers the names below this one, at any depth, instead of the name itself.
   */
  readonly below: boolean
  readonly port: number
}

/**
 * Host names, in the notation of pipelines: `:PORT` follows the name, except for port 443. Sorted,
 * at most 200 each.
 */
export interface EgressNames {
  /** False if the names were only recorded, without an egress list. */
  readonly isBound: boolean
  readonly used: readonly string[]
  readonly refused: readonly string[]
  /** False if there were more names. */
  readonly isWhole: boolean
}

export interface Sandbox {
  readonly handle: SandboxHandle
  /** In the order of the spec. The services end with the sandbox. */
  readonly services: readonly Service[]
  /**
   * Starts each service once the services that it needs are ready, and resolves when all are ready.
   * Rejects with a ServiceError, or with the signal's reason; afterwards only `destroy` is
   * possible.
   * @param deadline returns the time at which the watchdog kills a service that starts now.
   * `Running.extend` of a service moves its deadline; once the command runs, `extend` of the
   * command moves all deadlines.
   */
  startServices(deadline: () => Date, signal?: AbortSignal): Promise<void>
  /**
   * Makes /workspace equal to the tree for files that the source owns. Deletes files of an earlier
   * tree that this one lacks, and keeps files that steps made. Changed files get the current time;
   * unchanged ones keep inode and time. Does nothing if the workspace already has this tree. Paths
   * that inputs provided remain unchanged, here and in sandboxes that start from the snapshot.
   */
  syncSource(tree: SourceTreeRef): Promise<void>
  /** Starts the sandbox's only command. Afterwards the command does not depend on this process. */
  start(command: Command): Promise<Running>
  /**
   * Starts the sandbox's only command for an interactive user, on a terminal of this size or on
   * pipes. The command ends at its deadline, or when this process ends, even by SIGKILL.
   */
  talk(command: Command, terminal: TerminalSize | null): Promise<Conversation>
  /**
   * Returns the `memo` with which the command was started, or its replacement. The memo is kept in
   * memory until the sandbox ends.
   */
  memo(): Promise<string | undefined>
  /**
   * Replaces the memo, and then files of /run/secrets, while the command runs. A reader of a file
   * sees either the old or the new content. Requires `secretFiles` in the spec.
   */
  replaceSecrets(secrets: Readonly<Record<string, string>>, memo: string): Promise<void>
  /** Returns the command that an earlier process started; undefined if none was. */
  running(): Promise<Running | undefined>
  /**
   * Freezes the files that the ended command left. Idempotent: a later call returns the same
   * snapshot, even after a crash or adoption by another process. `collect` keeps the snapshot until
   * the sandbox is destroyed. Afterwards only `destroy` is possible.
   */
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
  /**
   * Reads a file that the command left, for rendering. Undefined if absent. Rejects if the file is
   * larger than `maxBytes` or is not a regular file.
   */
  readFile(path: string, maxBytes: number): Promise<Buffer | undefined>
  /**
   * Provides the files that the ended command left, while `use` runs, before or after `snapshot`.
   * Rejects with SandboxError `snapshot_unavailable` if they no longer exist.
   */
  withFiles<T>(use: (files: FrozenFiles) => Promise<T>): Promise<T>
  /**
   * Returns the command's files in its output directory (`HARMONT_OUTPUT`), once the command has
   * ended. No snapshot contains them, and another process may have started the command.
   */
  outputFiles(): Promise<OutputFiles>
  /**
   * Returns the host names that the sandbox and its services have used so far, and those that were
   * refused; undefined if the spec has no `egress`.
   */
  egressNames(): Promise<EgressNames | undefined>
  /**
   * Idempotent. Resolves once the process tree, mounts, cgroups, network interfaces and files are
   * gone.
   */
  destroy(): Promise<void>
}

/** Files that no longer change. Their paths are below /workspace. */
export interface FrozenFiles {
  /** Lists the files that match the patterns. Follows no link out of /workspace. */
  list(request: ListRequest): Promise<Listing>
  /**
   * Digests parts and whole files in a single pass, in a worker thread. A file's segments are in
   * order and cover the whole file.
   */
  digest(parts: readonly (readonly Segment[])[]): Promise<PartDigests>
  /** Reads segments into a buffer in sequence, and returns its filled part. */
  read(segments: readonly Segment[], into: Uint8Array): Promise<Uint8Array>
}

export interface ListRequest {
  /** Paths and globs below /workspace; see `selection`. */
  readonly patterns: readonly string[]
  readonly maxFiles: number
  /** Maximum number of entries that are examined, matching or not. */
  readonly maxEntries: number
  readonly maxMs: number
}

/** A regular file, or a link that leads to one inside /workspace. */
export interface ListedFile {
  /** Relative to /workspace; may contain every character except NUL. */
  readonly path: string
  readonly bytes: number
  /** Indexes of the patterns that match it, ascending. */
  readonly patterns: readonly number[]
}

export interface Listing {
  /** Sorted by path. */
  readonly files: readonly ListedFile[]
  /**
   * Matching entries that are not files of /workspace: devices, sockets, links that lead outside,
   * and names that are too long or not UTF-8. `first` is the first of them in the order of paths.
   */
  readonly leftOut: { readonly count: number; readonly first: string | null }
  /** The limit at which the listing stopped, without files; null if it is complete. */
  readonly exceeded: 'files' | 'entries' | 'time' | null
}

/** A range of bytes of a file below /workspace. */
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

/** Files of the output directory, at most 64 MiB. Their content is untrusted. */
export interface OutputFiles {
  /** False if files were lost: the disk was full, or the command's monitor was killed. */
  readonly complete: boolean
  /** Returns the names in a directory, sorted; none if it is absent. Follows no link. */
  list(directory: string): Promise<readonly string[]>
  /** Reads a file as `Sandbox.readFile` does. Follows no link. */
  read(path: string, maxBytes: number): Promise<Buffer | undefined>
}

export interface Command {
  /** Text for `sh -c`, up to 1 MiB. */
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /**
   * Contents of the files in /run/secrets, by name. Requires `secretFiles` in the spec. The files
   * exist in memory only. Once the command has started, neither the secrets nor the environment are
   * on disk.
   */
  readonly secrets?: Readonly<Record<string, string>>
  /**
   * Data for the process that adopts the sandbox; see `Sandbox.memo`. Requires `secretFiles` in the
   * spec.
   */
  readonly memo?: string
  /** Text of the file to which `HARMONT_SPLIT` points. No snapshot contains the file. */
  readonly split?: string
  readonly workingDirectory: string
  /**
   * The time at which the watchdog, outside this process, kills the process tree, unless `extend`
   * moves it.
   */
  readonly deadline: Date
}

export interface Running {
  readonly startedAt: Date
  /**
   * Streams the output from byte `offset` of the spool. Ends when the command has ended and all
   * output has been read. `nextOffset` of a piece is the offset at which any process can resume.
   */
  output(offset: number, signal?: AbortSignal): AsyncIterable<OutputPiece>
  /**
   * Declares that output before this offset will not be read again. Frees its disk space in larger
   * portions.
   */
  release(offset: number): Promise<void>
  /** Resolves when the command has ended, for any reason. Rejects only with the signal's reason. */
  exited(signal?: AbortSignal): Promise<Exit>
  /**
   * Returns whether the command has ended. May be false if only `exited` can detect that its
   * monitor is lost.
   */
  hasEnded(): Promise<boolean>
  /** Sends a signal to every process of the command. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Moves the watchdog's deadline. */
  extend(deadline: Date): Promise<void>
}

/** Both are from 1 to 65,535. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** An interactive command. It blocks while its output is not read. */
export interface Conversation extends Pick<Running, 'startedAt' | 'exited'> {
  /** Ending this stream ends the command's input. On a terminal, send byte 4 instead. */
  readonly input: Writable
  /** Everything shown on the terminal, or standard output. Ends with the command. */
  readonly output: Readable
  /** Standard error; empty with a terminal. */
  readonly errors: Readable
  /**
   * Sets the terminal's size, and notifies its programs. Does nothing without a terminal or after
   * the command's end.
   */
  resize(size: TerminalSize): Promise<void>
  /** Kills all processes of the command. */
  kill(): Promise<void>
}

export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Buffer
  /** The time at which the spool received the piece, in Unix nanoseconds. */
  readonly ts: bigint
  readonly nextOffset: number
}

export interface Exit {
  /**
   * 0 to 255; 128 + signal after a signal; null if the sandbox disappeared and the code is unknown.
   */
  readonly code: number | null
  /** Name of the signal that ended the command, derived from the code. */
  readonly signal: string | null
  /** The limit that ended the command, if any. */
  readonly limit: 'memory' | 'disk' | null
  /**
   * Whether the watchdog killed the command at its deadline. Distinguishes this from a SIGKILL by
   * the command itself.
   */
  readonly overdue: boolean
  /**
   * Whether all output was kept. `lost`: the disk was full and the output exceeded the reserved
   * space. `unsure`: the output exceeded the reserved space, and no full disk was observed.
   */
  readonly output: 'whole' | 'unsure' | 'lost'
  readonly endedAt: Date
}

export type SnapshotId = string

/** Metadata that the engine keeps with a snapshot. */
export interface SnapshotMeta {
  /**
   * Lookup key (`ir.md` 2.5) and namespace under which later builds may find the snapshot; null if
   * it is not a cache entry.
   */
  readonly cache: { readonly namespace: string; readonly key: string } | null
  /** Identifies the build and step that made the snapshot, for the message about a cache hit. */
  readonly origin: Readonly<Record<string, string>>
  /**
   * The secrets with which this snapshot or an ancestor was made; never their values. Absent means
   * none, as in records of earlier releases.
   */
  readonly secretLineage?: readonly SecretRef[]
  /** The engine's own record of what the step produced besides files. Returned unchanged. */
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
  /** The snapshot's own id, then the ids of the snapshots below it, newest first. */
  readonly layers: readonly SnapshotId[]
  /** Paths of /workspace that inputs provided, one character per byte. Absent for none. */
  readonly inputPaths?: readonly string[]
  readonly createdAt: string
  readonly layer: PackedLayer
}

export interface SnapshotStore {
  /**
   * Returns the snapshot if it and all its layers are complete. Removes it and returns undefined if
   * it is damaged or incomplete.
   */
  get(id: SnapshotId): Promise<Snapshot | undefined>
  /**
   * Returns the cache entry under this key, and marks it as used. If an entry exists but is
   * incomplete, calls `onDamaged` and removes it.
   */
  find(namespace: string, key: string, onDamaged?: () => void): Promise<Snapshot | undefined>
  /**
   * Provides the files of a snapshot while `use` runs. Rejects with SandboxError
   * `snapshot_unavailable` if the snapshot is incomplete.
   */
  withFiles<T>(id: SnapshotId, use: (files: FrozenFiles) => Promise<T>): Promise<T>
  /**
   * Returns a digest of the files changed since the parent: paths, kinds, modes and bytes, but no
   * times. At most 16 GiB of holes are read; a file whose holes exceed the rest counts as unique.
   * Stored once computed.
   */
  changedFilesDigest(id: SnapshotId): Promise<string>
  /**
   * Returns a digest of the entries that match a path or glob below /workspace: paths, kinds,
   * modes, owners and bytes, but no times. Returns null if nothing matches. At most 16 GiB of
   * holes are read; a file whose holes exceed the rest counts as unique. Stored once computed.
   */
  filesDigest(id: SnapshotId, path: string): Promise<string | null>
  /** Returns the number of snapshots, complete or not. */
  count(): Promise<number>
  /** Returns the disk space of the layer that a snapshot adds, as `collect` counts it. */
  ownBytes(id: SnapshotId): Promise<number>
  /**
   * Packs the layer that a snapshot adds into `blobs/sha256` below a directory. The same snapshot
   * always results in the same bytes, on every machine. Rejects with `NotPackable` for a file that
   * an OCI layer cannot contain, and with `snapshot_unavailable` if the snapshot is incomplete.
   */
  pack(id: SnapshotId, directory: string): Promise<PackedLayer>
  /**
   * Recreates a packed snapshot on this machine. Its image and the snapshots below it must be
   * present. The blob is untrusted. A failure leaves nothing behind. Rejects with `LayerRefused` if
   * `pack` did not write the blob, and with `snapshot_unavailable` if a required image or snapshot
   * is missing.
   */
  unpack(packed: PackedSnapshot, source: SourceTreeRef | null, open: () => Readable): Promise<Snapshot>
  /**
   * Removes every snapshot without a claim, and returns the ids of the removed ones. A kept
   * snapshot keeps its layers and ancestors.
   */
  collect(claims: CollectClaims): Promise<readonly SnapshotId[]>
}

/**
 * The reasons to keep snapshots. Snapshots in `keep`, snapshots that sandboxes use and new ones are
 * kept regardless of size. The others are kept as long as the total fits into `cacheBytes`: first
 * `pinned`, then cache entries, most recently used first, then `left`.
 */
export interface CollectClaims {
  readonly keep: ReadonlySet<SnapshotId>
  readonly cacheBytes: number
  /** Kept in this order of priority. */
  readonly pinned?: readonly SnapshotId[]
  /** Kept in this order of priority. */
  readonly left?: readonly SnapshotId[]
}

/** A login of a registry, with which images are pulled. Sandboxes never receive it. */
export interface RegistryLogin {
  /** Changes whenever the login changes. */
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
  /** The environment that the image defines, most importantly PATH. */
  readonly env: Readonly<Record<string, string>>
  /**
   * The image's program, which a service runs. Absent for `host`, and if an earlier release
   * unpacked the image.
   */
  readonly program?: ImageProgram
  /** The requested image, if it was unavailable and the host base replaces it. */
  readonly fallbackFrom?: string
}

/** The program of an image, from its configuration. */
export interface ImageProgram {
  readonly args: readonly string[]
  /** USER, USER:GROUP, ids, or '' for root. */
  readonly user: string
  readonly workingDirectory: string
  /** The TCP ports that the image exposes. */
  readonly ports: readonly number[]
  readonly stopSignal: string | null
}

/** A source tree, unpacked on this machine and addressed by its content. */
export interface SourceTreeRef {
  /** Digest of the manifest. Equal trees have equal digests. */
  readonly digest: string
  /** Absolute path of the tree's directory. */
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

/** Thrown if a required input matches nothing. */
export class InputMissing extends SandboxError {
  /** The input's index in the spec. */
  readonly index: number
  constructor(index: number) {
    super('provision_failed', `input ${index} names nothing`)
    this.index = index
  }
}
