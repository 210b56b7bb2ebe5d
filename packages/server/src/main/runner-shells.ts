/** Opens shells on this runner for users of its server. */
import type { Runner } from '@harmont/engine'
import type { WireShells } from '@harmont/wire'
import type { Logger } from 'pino'
import { converse, watchClient } from '../builds/shells/converse.ts'
import { explainShell } from '../builds/shells/explain.ts'
import { apiError } from '../platform/http/index.ts'

interface ShellsOptions {
  readonly shells: WireShells
  readonly runner: Pick<Runner, 'openShell'>
  readonly log: Logger
  /** Aborted when this process ends. */
  readonly closing: AbortSignal
}

/** The server disconnects a silent client earlier, with a clearer message. */
const [pingMs, silenceMs] = [15_000, 120_000]
const times = { firstFrameMs: 10_000, closeMs: 1_000 }

/** Serves one shell until it ends. */
export async function serveShell(ticket: string, { shells, runner, log, closing }: ShellsOptions): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort(apiError('draining', 'The runner is stopping; open the shell again in a moment.'))
  closing.addEventListener('abort', end)
  try {
    const socket = await shells.dial(ticket)
    watchClient(socket, pingMs, silenceMs)
    if (closing.aborted) end()
    const host = {
      open: async (opening: Parameters<Runner['openShell']>[1]) => runner.openShell(await shells.work(ticket), opening),
      over: over.signal,
      explain: (thrown: unknown) =>
        explainShell(thrown, (error) => log.error({ err: error }, 'could not open a shell')),
    }
    const ending = await converse(socket, host, times)
    log.info({ ending }, 'a shell has ended')
  } catch (error) {
    log.warn({ err: error }, 'could not reach the person who requested a shell')
  } finally {
    closing.removeEventListener('abort', end)
  }
}
