import type { Handler } from '../command.ts'
import { meantTarget, requireRun } from '../local/find-run.ts'
import { localHome } from '../local/home.ts'

/** `hm logs`: of a run of this machine. */
export const run: Handler<'logs'> = async (context) => {
  const { args, cacheDirectory, directory } = context
  const { build, steps } = meantTarget(args.build, args.step === undefined ? [] : [args.step])
  const found = requireRun(localHome(cacheDirectory), directory, build)
  const { localLogs } = await import('../local/logs.ts')
  return localLogs(context, found, steps[0])
}
