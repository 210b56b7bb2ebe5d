import { isOnServer } from '../cloud/is-on-server.ts'
import type { Handler } from '../command.ts'
import { findRun, requireRun } from '../local/find-run.ts'
import { localHome } from '../local/home.ts'
import { sweepDead } from '../local/sweep.ts'

/** `hm status`: of a run of this machine, or of a build of the server. */
export const run: Handler<'status'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, args.build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build: args.build, isHere })) {
    const { showOnServer } = await import('../cloud/build-show.ts')
    return showOnServer(context)
  }
  await sweepDead(context)
  const { localStatus } = await import('../local/status.ts')
  return localStatus(context, requireRun(home, directory, args.build))
}
