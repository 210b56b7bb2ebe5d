import process from 'node:process'
import { exits, HmError } from '../errors.ts'

export interface Interrupts {
  readonly signal: AbortSignal
  onSecondInterrupt(action: () => void): () => void
}

/** A Ctrl-C comes twice when a launcher passes it on: from the terminal and from the launcher. Nobody presses twice in this time. */
const samePressMs = 60

/**
 * Turns signals into an abort. The second Ctrl-C runs what commands registered and leaves with 130.
 * With a launcher (bin/hm.js on another Node.js), its death counts as a hang-up.
 */
export function watchSignals(launcher: number | undefined): Interrupts {
  const controller = new AbortController()
  const actions = new Set<() => void>()
  let lastPress: number | undefined
  process.on('SIGINT', () => {
    const now = performance.now()
    const repeated = launcher !== undefined && lastPress !== undefined && now - lastPress < samePressMs
    const second = lastPress !== undefined && !repeated
    if (!repeated) lastPress = now
    if (!second) controller.abort(new HmError(exits.cancelled, 'cancelled', 'cancelled by Ctrl-C'))
    else {
      for (const action of actions) action()
      process.exit(exits.cancelled)
    }
  })
  const end = (cause: string) => controller.abort(new HmError(exits.terminated, 'terminated', `ended by ${cause}`))
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGHUP', () => end('SIGHUP'))
  if (launcher !== undefined)
    setInterval(() => {
      if (process.ppid !== launcher) end('the death of the process that started it')
    }, 500).unref()
  return {
    signal: controller.signal,
    onSecondInterrupt(action) {
      actions.add(action)
      return () => actions.delete(action)
    },
  }
}
