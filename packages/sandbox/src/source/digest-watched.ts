import type { SourceTreeRef } from '../sandbox-driver.ts'
import type { WatchedDigest } from './watched-files.ts'
import { runInWorker } from './worker-pool.ts'

/**
 * Digests the files of a tree that match paths and globs, in a worker thread. Rejects with
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

/** Caches digests, because steps of one build, and builds of one commit, request the same ones. */
const recent = new Map<string, Promise<WatchedDigest>>()
const remembered = 1_000
