import { bytes } from '../terminal/amounts.ts'

const everyMs = 2000

/** Says how far something is that takes long: not in its first two seconds, and then once in as many, if it is further. */
export function progressOf(
  what: string,
  total: number,
  say: (line: string) => void,
  now: () => number = Date.now,
): (done: number) => void {
  let due = now() + everyMs
  let said = ''
  return (done) => {
    if (now() < due) return
    due = now() + everyMs
    const line = `${what}: ${bytes(Math.min(done, total))} of ${bytes(total)}`
    if (line === said) return
    said = line
    say(line)
  }
}
