import type { SourceTreeRef } from '../sandbox-driver.ts'
import { runInWorker } from './worker-pool.ts'

/** Returns the paths of a tree's files, in a worker thread. */
export function listTree(tree: SourceTreeRef): Promise<readonly string[]> {
  return runInWorker('paths', tree)
}
