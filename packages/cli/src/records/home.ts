import { join } from 'node:path'

/** Paths of local runs below the cache directory. */
export interface LocalHome {
  /** Holds `snapshots` and `cache`, which all processes share, as a driver's directory would. */
  readonly root: string
  /** One directory per process that runs steps at the same time, numbered from 1. */
  readonly engines: string
  readonly images: string
  /** Source trees. */
  readonly sources: string
  /** Views of checkouts' history. */
  readonly git: string
  readonly runs: string
  /** Parts of the artifacts of runs, by their digests. */
  readonly parts: string
  /** Locked while a process takes an engine directory, or trims the cache. */
  readonly gate: string
  /** Its modification time is that of the last trim. */
  readonly trimmed: string
}

/** @param cacheDirectory absolute. */
export function localHome(cacheDirectory: string): LocalHome {
  const root = join(cacheDirectory, 'local')
  return {
    root,
    engines: join(root, 'engines'),
    images: join(root, 'images'),
    sources: join(root, 'sources'),
    git: join(root, 'git'),
    runs: join(root, 'runs'),
    parts: join(root, 'parts'),
    gate: join(root, 'gate'),
    trimmed: join(root, 'trimmed'),
  }
}
