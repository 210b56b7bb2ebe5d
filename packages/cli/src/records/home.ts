import { join } from 'node:path'

/** Paths of local runs below the cache directory. */
export interface LocalHome {
  /** Contains `snapshots` and `cache`, shared by all processes, like a driver's directory. */
  readonly root: string
  /** One directory for each concurrent process that runs steps, numbered from 1. */
  readonly engines: string
  readonly images: string
  /** Source trees. */
  readonly sources: string
  /** Git directories for sandboxes, with the history of checkouts. */
  readonly git: string
  readonly runs: string
  /** Parts of the artifacts of runs, by their digests. */
  readonly parts: string
  /** Locked while a process claims an engine directory, or trims the cache. */
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
