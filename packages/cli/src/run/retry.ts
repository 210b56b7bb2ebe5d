import type { Handler } from '../command.ts'
import { meantTarget, requireRun } from '../local/find-run.ts'
import { localHome } from '../local/home.ts'

/** `hm retry`: of a run of this machine. */
export const run: Handler<'retry'> = async (context) => {
  const { build, steps } = meantTarget(context.args.build, context.args.steps)
  const found = requireRun(localHome(context.cacheDirectory), context.directory, build)
  const { localRetry } = await import('../local/retry.ts')
  return localRetry(context, found, steps)
}
