/** Lists programs' encodings of one character, independently of the redactor. */

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0')
const both = (write: (hex: string) => string, digits: string) => [write(digits), write(digits.toUpperCase())]
const named: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;', "'\\''", `'"'"'`],
  ' ': ['+'],
  '\n': ['\\n'],
  '\t': ['\\t'],
  '\r': ['\\r'],
}

/** Returns every encoding, the character itself first. Each character of the result is a byte. */
export function waysToWrite(char: string): readonly string[] {
  const code = char.codePointAt(0) ?? 0
  const bytes = [...Buffer.from(char)]
  const perByte = (write: (byte: number) => readonly string[]) =>
    bytes.map(write).reduce((all, next) => all.flatMap((start) => next.map((end) => start + end)), [''])
  const units = [...Array(char.length).keys()].map((at) => char.charCodeAt(at))
  return [
    ...new Set([
      Buffer.from(char).toString('latin1'),
      ...perByte((byte) => both((it) => `%${it}`, hex(byte, 2))),
      ...perByte((byte) => both((it) => `\\x${it}`, hex(byte, 2))),
      ...perByte((byte) => [`\\${byte.toString(8).padStart(3, '0')}`]),
      ...(code > 0x7f && code < 0x100 ? both((it) => `\\x${it}`, hex(code, 2)) : []),
      ...both(
        (it) => units.map((_, at) => `\\u${it.slice(at * 4, at * 4 + 4)}`).join(''),
        units.map((it) => hex(it, 4)).join(''),
      ),
      ...both((it) => `\\u{${it}}`, hex(code, 1)),
      ...both((it) => `\\U${it}`, hex(code, 8)),
      ...both((it) => `&#x${it};`, hex(code, 1)),
      `&#${code};`,
      `&#0${code};`,
      ...(code < 0x80 && !/[\dA-Za-z]/.test(char) ? [`\\${char}`] : []),
      ...(named[char] ?? []),
    ]),
  ]
}

/**
 * Returns the possible ends of the text if it begins at `at` and each character is encoded in any
 * of these ways.
 */
export function endsOf(written: string, at: number, chars: readonly string[]): readonly number[] {
  const [first, ...rest] = chars
  if (first === undefined) return [at]
  return waysToWrite(first).flatMap((way) =>
    written.startsWith(way, at) ? endsOf(written, at + way.length, rest) : [],
  )
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Positions of the letters of a text in Base64, with their bits. */
interface Run {
  readonly places: readonly number[]
  readonly bits: string
}

function runsOf(written: string): readonly Run[] {
  return [...written.matchAll(/[\w+/-]+(?:[\r\n]{1,2}[\w+/-]+)*/g)].map(({ 0: run, index }) => {
    const letters = [...run].flatMap((letter, at) => (/[\r\n]/.test(letter) ? [] : [[letter, index + at] as const]))
    const bitsOf = (letter: string) =>
      alphabet.indexOf(letter.replace('-', '+').replace('_', '/')).toString(2).padStart(6, '0')
    return {
      places: letters.map(([, place]) => place),
      bits: letters.map(([letter]) => bitsOf(letter)).join(''),
    }
  })
}

/** Returns the places of a text in Base64, including letters that encode only a part of a byte. */
export function base64Places(written: string, text: Buffer): readonly (readonly [number, number])[] {
  const wanted = [...text].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return runsOf(written).flatMap(({ places, bits }) => {
    const found: [number, number][] = []
    for (let at = bits.indexOf(wanted); at !== -1; at = bits.indexOf(wanted, at + 1)) {
      // A byte begins with the first, second or third pair of bits of a letter, because four
      // letters hold three bytes.
      if (at % 2 !== 0) continue
      const [from, to] = [Math.floor(at / 6), Math.ceil((at + wanted.length) / 6)]
      found.push([places[from] as number, (places[to - 1] as number) + 1])
    }
    return found
  })
}
