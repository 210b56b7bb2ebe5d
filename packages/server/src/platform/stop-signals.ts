import process from 'node:process'
import { SettingsError } from './settings/read-settings.ts'

/** The signals that ask a process to end, from a service manager, Ctrl-C, or a closing terminal. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Signals within this time count once. A Ctrl-C arrives both from the terminal and from npm, which
 * forwards it.
 */
const togetherMs = 1_000

/**
 * Calls `stop` at the first of these signals. A later one ends the process at once, because its
 * sender does not want to wait.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let askedAt: number | null = null
  for (const signal of stopSignals)
    process.on(signal, () => {
      if (askedAt === null) {
        askedAt = performance.now()
        stop(signal)
      } else if (performance.now() - askedAt > togetherMs) process.exit(1)
    })
  // A closed terminal accepts no more output. The failed write must not end the process during its
  // shutdown.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
}

/**
 * Runs a long command, which Ctrl-C or a closing terminal aborts cleanly with a SettingsError of
 * `message`.
 */
export async function untilStopped<T>(message: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new SettingsError(message))
  for (const name of stopSignals) process.on(name, stop)
  try {
    return await run(stopping.signal)
  } catch (error) {
    // Reports the signal instead of the error that it caused.
    stopping.signal.throwIfAborted()
    throw error
  } finally {
    for (const name of stopSignals) process.off(name, stop)
  }
}
