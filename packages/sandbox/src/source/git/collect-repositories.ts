import { readdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent } from '../../system/files.ts'
import { withStagingDirectory } from '../../system/staging.ts'
import { commitsFolder, mirrorLock, mirrorsFolder } from './places.ts'

export interface CollectRepositoriesRequest {
  readonly directory: string
  /** Git directories that a build or a sandbox may still need. */
  readonly keep: ReadonlySet<string>
  /** Newer git directories are kept regardless. */
  readonly before: Date
  /**
   * Mirrors fetched after this time are kept, because cloning again costs more than keeping them.
   */
  readonly mirrorsBefore: Date
}

/**
 * Removes git directories and mirrors that are no longer needed. Call it only while no commit is
 * being checked out.
 */
export async function collectRepositories(request: CollectRepositoriesRequest): Promise<void> {
  const { directory, keep, before, mirrorsBefore } = request
  const commits = path.join(directory, commitsFolder)
  for (const id of await namesIn(commits)) {
    const place = path.join(commits, id)
    if (!keep.has(path.join(place, 'git')) && (await changedAt(place)) < before)
      await withStagingDirectory(directory, `commit ${id}`, (staging) => rename(place, path.join(staging, 'gone')))
  }
  const mirrors = path.join(directory, mirrorsFolder)
  for (const id of await namesIn(mirrors)) {
    const place = path.join(mirrors, id)
    // This file is rewritten with every checkout.
    const used = await changedAt(path.join(place, 'latest.json')).catch(() => changedAt(place))
    if (used < mirrorsBefore)
      await withStagingDirectory(directory, mirrorLock(id), (staging) => rename(place, path.join(staging, 'gone')))
  }
}

async function changedAt(place: string): Promise<Date> {
  return (await stat(place)).mtime
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await ifPresent(readdir(folder))) ?? []
}
