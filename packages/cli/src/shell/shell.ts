import { isOnServer } from '../cloud/is-on-server.ts'
import type { Handler } from '../command.ts'
import { findRun, meantTarget, requireRun } from '../local/find-run.ts'
import { localHome } from '../local/home.ts'

/** `hm shell`: in what a step of a run of this machine left, or of a build of the server. */
export const run: Handler<'shell'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const { build, steps } = meantTarget(args.build, args.step === undefined ? [] : [args.step])
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build, isHere })) {
    const { runCloudShell } = await import('../cloud/shell.ts')
    return runCloudShell(context, build, steps[0])
  }
  const found = requireRun(home, directory, build)
  const { localShell } = await import('./local-shell.ts')
  return localShell(context, found, steps[0])
}
