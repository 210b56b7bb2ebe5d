/**
 * Reads escapes of single characters in the syntax of URLs, JSON, shells, Python, C, HTML and XML.
 */

/** An escape, or the beginning of one. */
export interface Escape {
  /** The text of the escape, one character per byte. */
  readonly text: string
  /**
   * The bytes that the escape may represent: none while it is incomplete, several alternatives if
   * programs differ.
   */
  readonly readings: readonly Uint8Array[]
  /** Whether the escape may continue. */
  readonly isOpen: boolean
}

type Read = Pick<Escape, 'readings' | 'isOpen'>

const nothing: Read = { readings: [], isOpen: false }
const open: Read = { readings: [], isOpen: true }

/**
 * Characters with which an escape may begin. A quote begins an escaped quote of a shell, and a plus
 * sign represents a space.
 */
export const introducers = ['%', '\\', '&', "'", '+'] as const

const controls: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27, E: 27 }
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }
/** A quote within a shell's single quotes, as bash, zsh and Python's shlex write it. */
const shellQuotes = ["'\\''", `'"'"'`]

/** Cache by escape and next byte. Most texts repeat few escapes many times. */
const known = new Map<Escape | null, (Escape | undefined)[]>()
const mostKnown = 1_024

/** Reads the next byte of an open escape, or the first byte of a new one after null. */
export function readEscape(before: Escape | null, byte: number): Escape {
  const found = known.get(before)?.[byte]
  if (found !== undefined) return found
  const text = (before?.text ?? '') + String.fromCharCode(byte)
  const all = { text, ...read(text) }
  if (known.size >= mostKnown && !known.has(before)) known.clear()
  const next = known.get(before) ?? Array.from<Escape | undefined>({ length: 256 })
  next[byte] = all
  known.set(before, next)
  return all
}

function read(text: string): Read {
  switch (text[0]) {
    case '%':
      return readHex(text, 1, 2)
    case '+':
      return text === '+' ? whole(byte(0x20)) : nothing
    case "'":
      if (shellQuotes.includes(text)) return whole(byte(0x27))
      return shellQuotes.some((quote) => quote.startsWith(text)) ? open : nothing
    case '&':
      return readEntity(text)
    default:
      return readBackslash(text)
  }
}

function readBackslash(text: string): Read {
  const kind = text[1]
  if (kind === undefined) return open
  if (kind === 'x') return readHex(text, 2, 2)
  if (kind === 'U') return readCode(/^[\da-f]{0,8}$/i, text.slice(2), 8)
  if (kind === 'u') return text[2] === '{' ? readBraces(text) : readUnicode(text)
  if (/[0-3]/.test(kind)) {
    if (!/^[0-7]{1,3}$/.test(text.slice(1))) return nothing
    return text.length < 4 ? open : whole(byte(Number.parseInt(text.slice(1), 8)))
  }
  if (text.length > 2) return nothing
  const control = controls[kind]
  if (control !== undefined) return whole(byte(control))
  return /[\dA-Za-z\u0080-\u00ff]/.test(kind) ? nothing : whole(byte(kind.charCodeAt(0)))
}

/**
 * Reads hexadecimal digits. Two digits mean a byte or, in Python, the character with this number.
 */
function readHex(text: string, from: number, digits: number): Read {
  const hex = text.slice(from)
  if (!/^[\da-f]*$/i.test(hex)) return nothing
  if (hex.length < digits) return open
  const code = Number.parseInt(hex, 16)
  return code >= 0x80 && from === 2 ? { readings: [byte(code), utf8(code)], isOpen: false } : whole(byte(code))
}

/** Reads `\u00e4` and pairs such as `\ud83d\ude00` for characters beyond 16 bits. */
function readUnicode(text: string): Read {
  const [, high = '', second] = /^\\u([\da-f]{0,4})(.*)$/is.exec(text) ?? []
  if (second === undefined || (second !== '' && high.length < 4)) return nothing
  const isHigh = /^d[89ab]/i.test(high)
  if (!isHigh) return second === '' ? readCode(/^[\da-f]{0,4}$/i, high, 4) : nothing
  if (!/^(?:\\(?:u(?:d(?:[c-f][\da-f]{0,2})?)?)?)?$/i.test(second)) return nothing
  if (second.length < 6) return open
  const low = Number.parseInt(second.slice(2), 16)
  return whole(utf8(0x10000 + ((Number.parseInt(high, 16) - 0xd800) << 10) + (low - 0xdc00)))
}

/** Reads `\u{1f600}`, as Rust and JavaScript write it. */
function readBraces(text: string): Read {
  const [, hex = '', end] = /^\\u\{([\da-f]{0,6})(\}?)$/i.exec(text) ?? []
  if (end === undefined) return nothing
  return end === '' ? open : readCode(/^[\da-f]{1,6}$/i, hex, hex.length)
}

function readEntity(text: string): Read {
  const [, name = '', end] = /^&(#\d{0,7}|#x[\da-f]{0,6}|[a-z]{0,4})(;?)$/i.exec(text) ?? []
  if (end === undefined) return nothing
  if (end === '') return open
  if (name[0] !== '#') {
    const char = named[name]
    return char === undefined ? nothing : whole(Buffer.from(char))
  }
  const isHex = /^#x/i.test(name)
  const digits = name.slice(isHex ? 2 : 1)
  return digits === '' ? nothing : ofCode(Number.parseInt(digits, isHex ? 16 : 10))
}

function readCode(form: RegExp, hex: string, digits: number): Read {
  if (!form.test(hex)) return nothing
  return hex.length < digits ? open : ofCode(Number.parseInt(hex, 16))
}

function ofCode(code: number): Read {
  return code <= 0x10ffff ? whole(utf8(code)) : nothing
}

function whole(reading: Uint8Array): Read {
  return { readings: [reading], isOpen: false }
}

function byte(code: number): Uint8Array {
  return Uint8Array.of(code)
}

function utf8(code: number): Uint8Array {
  return Buffer.from(String.fromCodePoint(code))
}
