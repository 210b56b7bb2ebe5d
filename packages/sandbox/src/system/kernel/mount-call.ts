/** Describes a mount to make. It is plain data, because it is copied between threads. */
export interface MountCall {
  /** The path that a bind mount shows; for other mounts only a name. */
  readonly source: string
  readonly target: string
  /** The type of the file system; undefined for a bind mount. */
  readonly type: string | undefined
  /** Whether a bind mount includes the mounts below it. */
  readonly recursive: boolean
  readonly flags: readonly MountFlag[]
  /** Options of the file system, in order; the value is null for options without one. */
  readonly options: readonly (readonly [name: string, value: string | null])[]
  /** Creates a missing target as a directory. */
  readonly makesTarget: boolean
  /** Id map of a bind mount, as lines of a user namespace's id map. */
  readonly idMap: string | undefined
}

export type MountFlag = 'ro' | 'nosuid' | 'nodev' | 'noexec'
