import process from 'node:process'
import { exits, HmError } from '../errors.ts'

export interface Interrupts {
  readonly signal: AbortSignal
  onSecondInterrupt(action: () => void): () => void
  /** Marks the start of work that must end in an orderly way when its reader leaves. */
  startRunning(): void
  /** Called when the reader of stdout (`data`) or stderr (`talk`) has gone. */
  readerLeft(stream: 'data' | 'talk'): void
}

/**
 * Converts signals to an abort. The second Ctrl-C runs the registered actions and exits with 130.
 * With a launcher (bin/hm.js on another Node.js), its death counts as a hang-up.
 */
export function watchSignals(launcher: number | undefined): Interrupts {
  const controller = new AbortController()
  const actions = new Set<() => void>()
  // With a launcher, the process receives a terminal's Ctrl-C twice: from the terminal, and as
  // SIGUSR2 from the launcher. Each signal has its own count.
  const counts = { SIGINT: 0, SIGUSR2: 0 }
  const press = (signal: keyof typeof counts) => {
    counts[signal] += 1
    if (counts[signal] === 1) controller.abort(new HmError(exits.canceled, 'canceled', 'canceled by Ctrl-C'))
    else {
      for (const action of actions) action()
      process.exit(exits.canceled)
    }
  }
  process.on('SIGINT', press)
  if (launcher !== undefined) process.on('SIGUSR2', press)
  const end = (cause: string) => controller.abort(new HmError(exits.terminated, 'terminated', `ended by ${cause}`))
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGHUP', () => end('SIGHUP'))
  if (launcher !== undefined)
    setInterval(() => {
      if (process.ppid !== launcher) end('the exit of its parent process')
    }, 500).unref()
  let isRunning = false
  return {
    signal: controller.signal,
    onSecondInterrupt(action) {
      actions.add(action)
      return () => actions.delete(action)
    },
    startRunning() {
      isRunning = true
    },
    readerLeft(stream) {
      if (isRunning) end('a closed pipe or terminal')
      // `hm logs | head`: the reader needs no more output.
      else if (stream === 'data') process.exit(exits.ok)
    },
  }
}
