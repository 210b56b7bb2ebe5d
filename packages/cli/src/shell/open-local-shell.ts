import { ShellUnavailable } from '@harmont/engine'
import { type Conversation, SandboxError, type TerminalSize } from '@harmont/sandbox'
import { exits, HmError } from '../errors.ts'
import { openRecordedRun, type RecordedRun } from '../runs/open-recorded-run.ts'

export interface LocalShell extends RecordedRun {
  /** The key of the step. */
  readonly key: string
  readonly before: boolean
  readonly script: string | null
  readonly size: TerminalSize | null
  /** The fix if the file system no longer exists. */
  readonly fix: string
}

/** Opens a shell in a recorded run. Throws exit 5 for a file system that no longer exists. */
export async function openLocalShell(
  shell: LocalShell,
): Promise<{ readonly conversation: Conversation; close(): Promise<void> }> {
  const { run, key, before, script, size, fix } = shell
  const { engine, jobOf, close } = await openRecordedRun(shell)
  try {
    const conversation = await engine.openShell({ buildId: run.id, jobId: jobOf(key), before, script, size })
    return { conversation, close }
  } catch (error) {
    await close()
    if (error instanceof SandboxError) throw new HmError(exits.unavailable, error.code, error.message, { cause: error })
    if (!(error instanceof ShellUnavailable)) throw error
    throw new HmError(exits.notFound, error.code, error.message, { fix, cause: error })
  }
}
