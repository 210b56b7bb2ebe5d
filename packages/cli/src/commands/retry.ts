import type { Handler } from '../context.ts'
import { findRun, meantTarget, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { isOnServer } from '../server/is-on-server.ts'

/** `hm retry`: of a run of this machine, or of a build of the server. */
export const run: Handler<'retry'> = async (context) => {
  const { build, steps } = meantTarget(context.args.build, context.args.steps)
  const home = localHome(context.cacheDirectory)
  const isHere = findRun(home, context.directory, build) !== undefined
  if (await isOnServer(context, { pipeline: context.flags.pipeline, build, isHere })) {
    const { retryOnServer } = await import('../builds/retry.ts')
    return retryOnServer(context, build, steps)
  }
  const found = requireRun(home, context.directory, build)
  const { localRetry } = await import('../runs/retry.ts')
  return localRetry(context, found, steps)
}
