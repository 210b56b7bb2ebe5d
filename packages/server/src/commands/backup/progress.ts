import process from 'node:process'

const everyMs = 1_000
/** The seconds between two lines in a log file, which does not need a line per second. */
const linesEvery = 10

/**
 * Shows progress on stderr once a task takes longer than a second. A terminal gets one line that is
 * overwritten.
 */
export function showProgress(say: () => string): { stop(): void } {
  const { stderr } = process
  let seconds = 0
  const timer = setInterval(() => {
    seconds += 1
    if (stderr.isTTY) stderr.write(`\r\u001b[K${say()}`)
    else if (seconds % linesEvery === 1) stderr.write(`${say()}\n`)
  }, everyMs)
  return {
    stop() {
      clearInterval(timer)
      if (seconds > 0 && stderr.isTTY) stderr.write('\r\u001b[K')
    },
  }
}

/** Formats a size for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
