const longest = 300
/** A longer value is less informative than the tool's own sentence. */
const longestValue = 80

/** Returns at most 300 characters, as a copy that does not keep the longer text in memory. */
export function shorten(text: string): string {
  if (text.length <= longest) return text
  const last = text.charCodeAt(longest - 2)
  const end = last >= 0xd800 && last <= 0xdbff ? longest - 2 : longest - 1
  return Buffer.from(`${text.slice(0, end)}…`).toString()
}

/**
 * Returns the message in one line: expected and actual value if both are known, without the filler
 * words of assertions.
 */
export function cleanMessage(text: string, expected: string | null, received: string | null): string {
  const message = text
    .trim()
    .replace(/^(?:AssertionError(?: \[ERR_ASSERTION\])?|Error): (?=.)/, '')
    .replace(/:$/, '')
  if (isShort(expected) && isShort(received)) return `expected ${expected}, got ${received}`
  const [, loose, wanted] = /^AssertionError(?: \[ERR_ASSERTION\])?: (\S+) == (\S+)$/.exec(text.trim()) ?? []
  if (isShort(loose) && isShort(wanted)) return `expected ${wanted}, got ${loose}`
  const isIdentity = message.endsWith(objectIs)
  const plain = message.replace(/ \/\/ (?:Object\.is|deep) equality$/, '')
  return isIdentity ? (expectedToBe(plain) ?? plain) : plain
}

const objectIs = ' // Object.is equality'

/** Turns `VAT: expected 1 to be 2` into `VAT: expected 2, got 1`. */
function expectedToBe(message: string): string | null {
  const from = message.indexOf('expected ')
  const to = message.lastIndexOf(' to be ')
  const before = message.slice(0, Math.max(0, from))
  if (to <= from || (before !== '' && !before.endsWith(': '))) return null
  const received = message.slice(from + 'expected '.length, to)
  return `${before}expected ${message.slice(to + ' to be '.length)}, got ${received}`
}

function isShort(value: string | null | undefined): value is string {
  return value != null && value.length > 0 && value.length <= longestValue
}

/** Reads `1 !== 2` of Node.js's assertions: actual, then expected value. */
export function unequalValues(text: string): readonly [received: string, expected: string] | null {
  const line = text.trim()
  const sign = line.includes(' !== ') ? ' !== ' : ' != '
  const at = line.indexOf(sign)
  return at === -1 ? null : [line.slice(0, at), line.slice(at + sign.length)]
}
