import type { Handler } from '../context.ts'
import { findRun, meantTarget, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { sweepDead } from '../sandboxes/sweep.ts'
import { isOnServer } from '../server/is-on-server.ts'

/** `hm why`: of a run of this machine, or of a build of the server. */
export const run: Handler<'why'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const { build, steps } = meantTarget(args.build, args.step === undefined ? [] : [args.step])
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build, isHere })) {
    const { whyOnServer } = await import('../builds/why.ts')
    return whyOnServer(context, build, steps[0])
  }
  await sweepDead(context)
  const { localWhy } = await import('../inspect/why.ts')
  return localWhy(context, requireRun(home, directory, build), steps[0])
}
