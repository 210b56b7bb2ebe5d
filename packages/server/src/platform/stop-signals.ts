import process from 'node:process'
import { SettingsError } from './settings/read-settings.ts'

/** Signals that ask a process to end: of a service manager, of Ctrl-C, of a closing terminal. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A Ctrl-C arrives twice within moments: from the terminal, and from npm, which forwards it. */
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
  // A closed terminal accepts no more output. That must not end the process in the middle of its
  // stop.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
}

/**
 * Runs a long command so that Ctrl-C, or a closing terminal, aborts it cleanly. Throws a
 * SettingsError with `message` then.
 */
export async function untilStopped<T>(message: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new SettingsError(message))
  for (const name of stopSignals) process.on(name, stop)
  try {
    return await run(stopping.signal)
  } catch (error) {
    // The signal is the reason, not the error that it caused.
    stopping.signal.throwIfAborted()
    throw error
  } finally {
    for (const name of stopSignals) process.off(name, stop)
  }
}
