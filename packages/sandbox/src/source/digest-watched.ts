import type { SourceTreeRef } from '../sandbox-driver.ts'
import type { WatchedDigest } from './watched-files.ts'
import { runInWorker } from './worker-pool.ts'

/**
 * Digests the files that paths and globs name in a tree, in a worker thread. Fails with
 * SandboxError `provision_failed` if the tree cannot be read.
 */
export function digestWatched(tree: SourceTreeRef, paths: readonly string[]): Promise<WatchedDigest> {
  const key = JSON.stringify([tree.digest, ...paths])
  const digest = recent.get(key) ?? runInWorker('watch', { tree, paths })
  recent.delete(key)
  recent.set(key, digest)
  const [oldest] = recent.keys()
  if (recent.size > remembered && oldest !== undefined) recent.delete(oldest)
  digest.catch(() => recent.delete(key))
  return digest
}

/** Cached: steps of one build, and builds of one commit, ask for the same. */
const recent = new Map<string, Promise<WatchedDigest>>()
const remembered = 1_000
