import process from 'node:process'

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
