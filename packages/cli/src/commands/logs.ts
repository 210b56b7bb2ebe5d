import type { Handler } from '../context.ts'
import { findRun, meantTarget, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { sweepDead } from '../sandboxes/sweep.ts'
import { isOnServer } from '../server/is-on-server.ts'

/** `hm logs`: of a run of this machine, or of a build of the server. */
export const run: Handler<'logs'> = async (context) => {
  const { args, flags, cacheDirectory, directory } = context
  const { build, steps } = meantTarget(
    args.build,
    [args.step ?? flags.step].flatMap((step) => step ?? []),
  )
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build, isHere })) {
    const { logsOfServer } = await import('../builds/logs.ts')
    return logsOfServer(context, build, steps[0])
  }
  await sweepDead(context)
  const found = requireRun(home, directory, build)
  const { localLogs } = await import('../inspect/logs.ts')
  return localLogs(context, found, steps[0])
}
