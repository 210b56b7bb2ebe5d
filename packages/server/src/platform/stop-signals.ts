import process from 'node:process'
import { SettingsError } from './settings/read-settings.ts'

/** Signals that ask a process to end: of a service manager, of Ctrl-C, of a terminal that closes. */
export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A Ctrl-C comes twice within moments: from the terminal, and from npm, which passes on what it gets from there too. */
const togetherMs = 1_000

/**
 * Calls `stop` at the first of these signals. Asked again later, the process ends at once: whoever asks does not want to wait.
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
  // A terminal that has closed takes no more words, and nobody is left to hear them: they must not end the process in the middle of its stop.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
}

/** Runs a long command so that Ctrl-C, or a terminal that closes, ends it in its own way, with nothing left half done. */
export async function untilStopped<T>(command: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new SettingsError(`${command}: stopped; nothing was kept.`))
  for (const name of stopSignals) process.on(name, stop)
  try {
    return await run(stopping.signal)
  } catch (error) {
    // What broke because of it is not the reason.
    stopping.signal.throwIfAborted()
    throw error
  } finally {
    for (const name of stopSignals) process.off(name, stop)
  }
}
