import process from 'node:process'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { stopSignals } from '../../platform/stop-signals.ts'

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
