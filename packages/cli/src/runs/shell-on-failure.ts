import type { Context } from '../context.ts'
import { HmError, usageError } from '../errors.ts'
import { requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'

/** Throws exit 2 where nobody could type into a shell. */
export function requireTerminal({ stdin, output }: Pick<Context, 'stdin' | 'output'>): void {
  if (stdin.isTTY === true && output.stdout.isTerminal) return
  throw usageError('--shell-on-failure needs a terminal', 'leave it out, and use hm shell --cmd after the run')
}

/** A shell in the file system of the step that failed first in the last run. The run is over: nothing new starts, and its outcome stays. */
export async function shellOnFailure(context: Context<'run'>): Promise<void> {
  const run = requireRun(localHome(context.cacheDirectory), context.directory, undefined)
  const { localShell } = await import('../shell/local-shell.ts')
  const flags = { before: false, cmd: undefined, pipeline: undefined }
  try {
    await localShell({ ...context, args: { build: undefined, step: undefined }, flags }, run)
  } catch (error) {
    // The run has failed, and that is what its exit code is about.
    if (!(error instanceof HmError)) throw error
    context.output.warn(`no shell: ${error.message}`)
  }
}
