import { isUtf8 } from 'node:buffer'

/** Number of bytes decoded at a time. */
const pieceBytes = 256 * 1024
/**
 * Matches a reference to a character that XML does not allow; tools write such references for
 * escape codes.
 */
const badReference = /&#(?:x0*(?:[0-8bce-f]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));/gi
// biome-ignore lint/suspicious/noControlCharactersInRegex: this matches control characters
const badCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
/** Length of the longest reference that is matched. */
const longestReference = 12

/**
 * Yields a report's text in pieces. Uses a declared encoding only for bytes that are not UTF-8,
 * because some tools declare a wrong one. Invalid characters become U+FFFD.
 */
export function* textPieces(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder(encodingOf(bytes))
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: true })
  yield decoder.decode()
}

/** Yields XML without forbidden characters and without leading whitespace. */
export function* xmlPieces(pieces: Iterable<string>): Generator<string> {
  let kept = ''
  let isBegun = false
  for (const piece of pieces) {
    const text = kept + piece
    // A reference may continue in the next piece.
    const open = text.lastIndexOf('&')
    const end = open >= text.length - longestReference && open !== -1 ? open : text.length
    kept = text.slice(end)
    const clean = cleaned(text.slice(0, end))
    const own: string = isBegun ? clean : clean.trimStart()
    isBegun ||= own !== ''
    yield own
  }
  yield cleaned(kept)
}

function cleaned(text: string): string {
  return text.toWellFormed().replace(badReference, '').replace(badCharacter, '')
}

const longestLine = 4 * 1024 * 1024

/** Yields the lines of a text. Skips lines that are too long. */
export function* linesOf(pieces: Iterable<string>): Generator<string> {
  let rest = ''
  let isTooLong = false
  for (const piece of pieces) {
    const lines = piece.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!isTooLong && line.length <= longestLine) yield line
      isTooLong = false
    }
    if (rest.length > longestLine) {
      rest = ''
      isTooLong = true
    }
  }
  if (rest !== '' && !isTooLong) yield rest
}

function encodingOf(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be'
  if (isUtf8(bytes)) return 'utf-8'
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const [, declared = ''] = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head) ?? []
  return /^utf-?16/i.test(declared) ? 'utf-8' : known(declared)
}

function known(declared: string): string {
  try {
    return new TextDecoder(declared).encoding
  } catch {
    return 'utf-8'
  }
}
