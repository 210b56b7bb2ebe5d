import process from 'node:process'

const everyMs = 1_000
/** A log file need not have a line for each second. */
const linesEvery = 10

/** Says on stderr how far something is, once it takes longer than a second; on a terminal in one line that changes. */
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

/** A size as people read it. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
