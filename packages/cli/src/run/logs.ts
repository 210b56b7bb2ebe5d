import { isOnServer } from '../cloud/is-on-server.ts'
import type { Handler } from '../command.ts'
import { findRun, meantTarget, requireRun } from '../local/find-run.ts'
import { localHome } from '../local/home.ts'
import { sweepDead } from '../local/sweep.ts'

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
    const { logsOfServer } = await import('../cloud/logs.ts')
    return logsOfServer(context, build, steps[0])
  }
  await sweepDead(context)
  const found = requireRun(home, directory, build)
  const { localLogs } = await import('../local/logs.ts')
  return localLogs(context, found, steps[0])
}
