import type { SourceTreeRef } from '../sandbox-driver.ts'
import type { NamedFiles } from './named-files.ts'
import { runInWorker } from './worker-pool.ts'

/** Returns the paths of a tree's files, in a worker thread. */
export function listTree(tree: SourceTreeRef): Promise<readonly string[]> {
  return runInWorker('paths', tree)
}

/** Returns the files of a tree that match a path or glob, in a worker thread. */
export function filesNamed(tree: SourceTreeRef, pattern: string): Promise<NamedFiles> {
  return runInWorker('named', { tree, pattern })
}
