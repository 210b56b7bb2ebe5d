import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { hasCode } from '../system/files.ts'
import { manifestPath, treePath } from './manifest.ts'
import { runInWorker } from './worker-pool.ts'

export interface NewTree {
  /** Digest of the manifest. */
  readonly digest: string
  /** Both are in `staging`, on the store's file system. */
  readonly tree: string
  readonly manifest: string
  readonly staging: string
}

/** Moves a tree into the store, unless it is already there and complete. */
export async function keepTree(directory: string, made: NewTree): Promise<SourceTreeRef> {
  const tree = { digest: made.digest, path: treePath(directory, made.digest) }
  for (const folder of ['trees', 'manifests']) await mkdir(path.join(directory, folder), { recursive: true })
  await rename(made.manifest, manifestPath(tree))
  try {
    await rename(made.tree, tree.path)
  } catch (error) {
    // Another archive or process provided the same tree.
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error
    if (!(await runInWorker('verify', tree))) {
      await rename(tree.path, path.join(made.staging, 'damaged'))
      await rename(made.tree, tree.path)
    }
  }
  return tree
}
