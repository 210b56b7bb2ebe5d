import type { Context, Handler } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'

/** `hm run`: runs the pipeline on this machine or on the server. */
export const run: Handler<'run'> = async (context) => {
  const { flags } = context
  if (flags.cloud && flags.backend !== undefined && flags.backend !== 'cloud')
    throw usageError(`--cloud and --backend ${flags.backend} cannot be used together`)
  const backend = flags.cloud ? 'cloud' : (flags.backend ?? (await context.config()).get('backend'))
  if (backend === 'cloud') {
    const { runCloud } = await import('../builds/run-cloud.ts')
    return runCloud(context)
  }
  if (!flags.watch) return runHere(context)
  const once = { '--dry-run': flags.dryRun, '--shell-on-failure': flags.shellOnFailure, '--detach': flags.detach }
  for (const [flag, isGiven] of Object.entries(once))
    if (isGiven) throw usageError(`--watch and ${flag} cannot be used together`)
  const { watchRuns } = await import('../runs/watch.ts')
  return watchRuns({ ...context })
}

/** `hm watch`. */
export const watch: Handler<'watch'> = async (context) => {
  const { watchRuns } = await import('../runs/watch.ts')
  return watchRuns(context)
}

async function runHere(context: Context<'run'>): Promise<ExitCode> {
  const { flags, stdin, output } = context
  if (flags.detach) throw usageError('--detach is for runs on a server', 'add --cloud')
  if (flags.noUpload) throw usageError('--no-upload is for runs on a server', 'add --cloud')
  if (flags.shellOnFailure && (stdin.isTTY !== true || !output.stdout.isTerminal))
    throw usageError('--shell-on-failure needs a terminal', 'leave it out, and use hm shell --cmd after the run')
  const { runLocal } = await import('../runs/run-local.ts')
  const code = await runLocal(context)
  if (code === exits.buildFailed && flags.shellOnFailure) await shellOnFailure(context)
  return code
}

/**
 * Opens a shell in the file system of the first failed step of the last run. The run has ended; the
 * shell does not change its outcome.
 */
async function shellOnFailure(context: Context<'run'>): Promise<void> {
  const last = requireRun(localHome(context.cacheDirectory), context.directory, undefined)
  const { localShell } = await import('../shell/local-shell.ts')
  const flags = { before: false, cmd: undefined, pipeline: undefined }
  try {
    await localShell({ ...context, args: { build: undefined, step: undefined }, flags }, last)
  } catch (error) {
    // The exit code is the run's, regardless of the shell's.
    if (!(error instanceof HmError)) throw error
    context.output.warn(`no shell: ${error.message}`)
  }
}
