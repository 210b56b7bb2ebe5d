import type { SizedPath } from './source-error.ts'

/** The files that a build sees (`source-set.md` 1). */
export interface SourceSet {
  /** The project directory: absolute, without links. */
  readonly root: string
  /** Entries in order of path, by the bytes of UTF-8. Paths imply folders. */
  readonly entries: readonly SourceEntry[]
  /** null without git, or outside a work tree. */
  readonly git: GitFacts | null
}

export interface SourceEntry {
  /** Relative to the root, with `/`. Bytes that are no UTF-8 are U+FFFD here, and true in `raw`. */
  readonly path: string
  /** The path's bytes, where it is not UTF-8; else null. */
  readonly raw: Buffer | null
  readonly kind: 'file' | 'link'
  /** 0o755 where the owner may execute the file, else 0o644; 0o777 for a link. */
  readonly mode: number
  /** Bytes of a file; of a link, of its target's name. */
  readonly size: number
  readonly mtimeMs: number
}

/** Facts of a checkout for a server. */
export interface GitFacts {
  /** Absolute: where the work tree begins. */
  readonly workTree: string
  /** null when HEAD is detached. */
  readonly branch: string | null
  /** null before the first commit. */
  readonly commit: string | null
  /** The whole message of the commit, null without one. */
  readonly message: string | null
  /** The address of `origin`, else of the only remote, without credentials; null without either. */
  readonly remote: string | null
  /** The remote's default branch; null when this clone does not know it. */
  readonly defaultBranch: string | null
}

/** The path's own bytes. */
export function pathBytes({ path, raw }: SourceEntry): Buffer {
  return raw ?? Buffer.from(path)
}

/** The ten largest files, largest first. */
export function largestFiles({ entries }: SourceSet): SizedPath[] {
  const files = entries.filter(({ kind }) => kind === 'file')
  return files
    .sort((a, b) => b.size - a.size)
    .slice(0, 10)
    .map(({ path, size }) => ({ path, size }))
}
