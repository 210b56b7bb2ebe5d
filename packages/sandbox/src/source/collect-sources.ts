import { readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isAbsent, readJson } from '../system/files.ts'
import { removeAbandoned, withStagingDirectory } from '../system/staging.ts'

export interface CollectRequest {
  readonly directory: string
  /** Digests of trees that a build may still need. */
  readonly keepTrees: ReadonlySet<string>
  /**
   * Digests of trees to which a sandbox or snapshot was synced. Their manifests are kept for the
   * next sync.
   */
  readonly keepManifests: ReadonlySet<string>
  /** Newer trees are kept regardless. */
  readonly before: Date
}

/**
 * Removes unneeded trees and manifests, and leftovers of killed processes. Returns the digests of
 * the removed trees.
 */
export async function collectSources(request: CollectRequest): Promise<readonly string[]> {
  const { directory } = request
  // Records that name the tree of an archive or of a user's folder.
  for (const kind of ['archives', 'folders']) {
    for (const name of await olderNames(path.join(directory, kind), request.before)) {
      const file = path.join(directory, kind, name)
      const record = await readJson<{ readonly tree: string }>(file)
      if (!request.keepTrees.has(record?.tree ?? '')) await rm(file)
    }
  }
  const trees = await olderNames(path.join(directory, 'trees'), request.before)
  const gone = trees.map((hex) => `sha256:${hex}`).filter((digest) => !request.keepTrees.has(digest))
  for (const digest of gone) {
    const hex = digest.slice('sha256:'.length)
    await withStagingDirectory(directory, digest, (staging) =>
      rename(path.join(directory, 'trees', hex), path.join(staging, 'gone')),
    )
    if (!request.keepManifests.has(digest)) await rm(path.join(directory, 'manifests', hex), { force: true })
  }
  for (const hex of await olderNames(path.join(directory, 'manifests'), request.before)) {
    const digest = `sha256:${hex}`
    if (!request.keepTrees.has(digest) && !request.keepManifests.has(digest))
      await rm(path.join(directory, 'manifests', hex))
  }
  await removeAbandoned(directory)
  return gone
}

async function olderNames(folder: string, before: Date): Promise<readonly string[]> {
  try {
    const names = await readdir(folder)
    const times = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).mtime))
    return names.filter((_, index) => (times[index] ?? before) < before)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}
