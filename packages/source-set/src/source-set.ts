import type { SizedPath } from './source-error.ts'

/** The files that a build sees (`source-set.md` 1). */
export interface SourceSet {
  /** The project directory: absolute, without links. */
  readonly root: string
  /**
   * In order of path, by the bytes of UTF-8. Folders are not listed: they are what the paths say.
   */
  readonly entries: readonly SourceEntry[]
  /** null without git, or outside a work tree. */
  readonly git: GitFacts | null
}

export interface SourceEntry {
  /** Relative to the root, with `/`. Bytes that are no UTF-8 are U+FFFD here, and true in `raw`. */
  readonly path: string
  /** The path's bytes, where `path` does not tell them; else null. */
  readonly raw: Buffer | null
  readonly kind: 'file' | 'link'
  /** 0o755 where the owner may execute the file, else 0o644. Of a link 0o777. */
  readonly mode: number
  /** Bytes of a file; of a link, of its target's name. */
  readonly size: number
  readonly mtimeMs: number
}

/** What a server is told of a checkout. */
export interface GitFacts {
  /** Absolute: where the work tree begins. */
  readonly workTree: string
  /** null: HEAD is detached. */
  readonly branch: string | null
  /** null: there is no commit yet. */
  readonly commit: string | null
  /** The whole message of the commit, null without one. */
  readonly message: string | null
  /**
   * The address of `origin`, else of the only remote; null when there is neither. Without
   * credentials.
   */
  readonly remote: string | null
  /** As the remote has it; null when this clone does not know. */
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
