import { watchedPaths } from '@harmont/ir'
import { digestWatched, type WatchedDigest } from '@harmont/sandbox'
import type { StepWork } from './base.ts'
import type { JobContext } from './job-context.ts'
import { sourceOfBuild } from './source-of-build.ts'
import { withRoom } from './with-room.ts'

/**
 * Digests of the files that the step's cache policy watches, as the build's source has them; null when it watches none, or there is no source. The files
 * are looked at here, whatever the pipeline claims about them. Fails as `sourceOfBuild` does.
 */
export async function watchedOf(context: JobContext, { cachePolicy }: StepWork['step']): Promise<WatchedDigest | null> {
  const paths = cachePolicy === undefined ? [] : watchedPaths(cachePolicy)
  if (paths.length === 0) return null
  return withRoom(context, 'check the files that its cache watches', async () => {
    const files = await sourceOfBuild(context, false)
    return files === null ? null : digestWatched(files.tree, paths)
  })
}
