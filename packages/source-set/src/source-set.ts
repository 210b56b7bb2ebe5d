import type { SizedPath } from './source-error.ts'

/** The files that a build sees (`source-set.md` 1). */
export interface SourceSet {
  /** The absolute path of the project directory, with links resolved. */
  readonly root: string
  /** Entries in order of path, compared by the bytes of UTF-8. Paths imply folders. */
  readonly entries: readonly SourceEntry[]
  /** null without git, or outside a work tree. */
  readonly git: GitFacts | null
}

export interface SourceEntry {
  /**
   * Path relative to the root, with `/`. Bytes that are not UTF-8 appear as U+FFFD here, and
   * unchanged in `raw`.
   */
  readonly path: string
  /** The path's bytes if it is not UTF-8; otherwise null. */
  readonly raw: Buffer | null
  readonly kind: 'file' | 'link'
  /** 0o755 if the owner may execute the file, otherwise 0o644; 0o777 for a link. */
  readonly mode: number
  /** Size of a file in bytes, or of the name of a link's target. */
  readonly size: number
  readonly mtimeMs: number
}

/** Facts about a checkout for a server. */
export interface GitFacts {
  /** Absolute path of the work tree's root. */
  readonly workTree: string
  /** null when HEAD is detached. */
  readonly branch: string | null
  /** null before the first commit. */
  readonly commit: string | null
  /** The complete message of the commit; null without one. */
  readonly message: string | null
  /**
   * The address of `origin`, or else of the only remote, without credentials; null without either.
   */
  readonly remote: string | null
  /** The remote's default branch; null if this clone does not know it. */
  readonly defaultBranch: string | null
}

/** Returns the unchanged bytes of the path. */
export function pathBytes({ path, raw }: SourceEntry): Buffer {
  return raw ?? Buffer.from(path)
}

/** Returns the ten largest files, largest first. */
export function largestFiles({ entries }: SourceSet): SizedPath[] {
  const files = entries.filter(({ kind }) => kind === 'file')
  return files
    .sort((a, b) => b.size - a.size)
    .slice(0, 10)
    .map(({ path, size }) => ({ path, size }))
}
