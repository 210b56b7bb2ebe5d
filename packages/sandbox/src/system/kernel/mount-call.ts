/** A mount to make, as plain data, which is copied between threads. */
export interface MountCall {
  /** The path that a bind mount shows; otherwise only a name. */
  readonly source: string
  readonly target: string
  /** The kind of the file system; undefined for a bind mount. */
  readonly type: string | undefined
  /** Whether a bind mount has the mounts below it. */
  readonly recursive: boolean
  readonly flags: readonly MountFlag[]
  /** Options of the file system, in order; null for those without a value. */
  readonly options: readonly (readonly [name: string, value: string | null])[]
  /** Makes a missing target, a directory. */
  readonly makesTarget: boolean
  /** Maps the ids of a bind mount: lines of a user namespace's id map. */
  readonly idMap: string | undefined
}

export type MountFlag = 'ro' | 'nosuid' | 'nodev' | 'noexec'
