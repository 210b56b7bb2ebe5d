import type { Handler } from '../context.ts'
import { findRun, meantTarget, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { isOnServer } from '../server/is-on-server.ts'

/** `hm shell`: in what a step of a run of this machine left, or of a build of the server. */
export const run: Handler<'shell'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const { build, steps } = meantTarget(args.build, args.step === undefined ? [] : [args.step])
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build, isHere })) {
    const { runCloudShell } = await import('../shell/server-shell.ts')
    return runCloudShell(context, build, steps[0])
  }
  const found = requireRun(home, directory, build)
  const { localShell } = await import('../shell/local-shell.ts')
  return localShell(context, found, steps[0])
}
