import type { Handler } from '../context.ts'
import { findRun, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { sweepDead } from '../sandboxes/sweep.ts'
import { isOnServer } from '../server/is-on-server.ts'

/** `hm status`: of a run of this machine, or of a build of the server. */
export const run: Handler<'status'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, args.build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build: args.build, isHere })) {
    const { showOnServer } = await import('../builds/build-show.ts')
    return showOnServer(context)
  }
  await sweepDead(context)
  const { localStatus } = await import('../inspect/status.ts')
  return localStatus(context, requireRun(home, directory, args.build))
}
