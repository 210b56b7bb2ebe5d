import { applySgr, type Style } from './style.ts'

/**
 * Matches ECMA-48 sequences: CSI; OSC, DCS and similar up to their terminator, or 256 characters
 * without one (web L7); and short sequences. A test checks that the server's search uses the same
 * grammar, because its positions count the text without them.
 */
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters
  /\x1b(?:\[([0-?]*)([ -/]*)([@-~]?)|[\]PX^_](?:([^\x07\x1b\n]*)(?:\x07|\x1b\\)|[^\n\x1b]{0,256})|[ -/]*[0-~]?)/g

/** The parts of a line. */
export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sgr'; readonly parameters: string }
  /** A cursor movement or an erasure; `count` is null if absent. */
  | { readonly kind: 'move'; readonly final: string; readonly count: number | null }
  /** OSC 8: the following text is a link; null ends the link. */
  | { readonly kind: 'link'; readonly url: string | null }

/** Final letters of sequences that act within a line; all others are ignored. */
const moves = new Set(['C', 'D', 'G', '`', 'K', 'X', 'P', '@', 'a'])

/** Splits a line into visible text and effective sequences. */
export function tokens(line: string): readonly Token[] {
  if (!line.includes('\x1b')) return line === '' ? [] : [{ kind: 'text', text: line }]
  const found: Token[] = []
  let end = 0
  for (const match of line.matchAll(sequence)) {
    if (match.index > end) found.push({ kind: 'text', text: line.slice(end, match.index) })
    end = match.index + match[0].length
    const token = meaningOf(match)
    if (token !== null) found.push(token)
  }
  if (end < line.length) found.push({ kind: 'text', text: line.slice(end) })
  return found
}

function meaningOf([whole, parameters, between, final, string]: RegExpMatchArray): Token | null {
  if (final !== undefined && final !== '') {
    if (between !== '') return null
    if (final === 'm') return /^[\d:;]*$/.test(parameters ?? '') ? { kind: 'sgr', parameters: parameters ?? '' } : null
    if (!moves.has(final) || !/^\d*$/.test(parameters ?? '')) return null
    return { kind: 'move', final, count: parameters === '' ? null : Number(parameters) }
  }
  if (string !== undefined && whole.startsWith('\x1b]8;')) {
    const url = string.slice(string.indexOf(';', 2) + 1)
    return { kind: 'link', url: url === '' ? null : url }
  }
  return null
}

/** Removes only escape sequences. The server's positions count this text. */
export function withoutEscapes(line: string): string {
  return line.includes('\x1b') ? line.replace(sequence, '') : line
}

/** Returns the style after a line, in which the next line starts (web L5). */
export function styleAfter(line: string, before: Style): Style {
  if (!line.includes('\x1b')) return before
  return tokens(line).reduce(
    (style, token) => (token.kind === 'sgr' ? applySgr(style, token.parameters) : style),
    before,
  )
}
