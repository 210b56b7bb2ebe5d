import { stripEscapes } from '@harmont/logs'

const LF = 0x0a
const ESC = 0x1b
/** Of a line that is longer the beginning is given before its end has come. */
const longestLine = 1024 * 1024
/** So far from the end of what has come a sequence may begin whose end has not. */
const longestSequence = 4 * 1024

/** The bytes of a log without ANSI escape sequences; all else is as it was, also what is not UTF-8. */
export async function* plainText(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of log) {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = all.lastIndexOf(LF) + 1
    const whole = all.length - end > longestLine ? beforeSequence(all) : end
    if (whole > 0) yield stripped(all.subarray(0, whole))
    rest = all.subarray(whole)
  }
  if (rest.length > 0) yield stripped(rest)
}

/** As Latin-1, in which every byte is a character: sequences are ASCII, and nothing else may change. */
function stripped(bytes: Buffer): Buffer {
  if (!bytes.includes(ESC)) return bytes
  return Buffer.from(stripEscapes(bytes.toString('latin1')), 'latin1')
}

function beforeSequence(bytes: Buffer): number {
  const last = bytes.lastIndexOf(ESC)
  return last < bytes.length - longestSequence ? bytes.length : last
}
