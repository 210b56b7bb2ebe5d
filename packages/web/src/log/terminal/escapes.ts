import { applySgr, type Style } from './style.ts'

/**
 * ECMA-48: CSI; OSC, DCS and their like up to their terminator, of which one that never comes takes 256 characters (web L7); and the short ones.
 * The server's search counts positions in the text without them: a test holds both to the same grammar.
 */
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\x1b(?:\[([0-?]*)([ -/]*)([@-~]?)|[\]PX^_](?:([^\x07\x1b\n]*)(?:\x07|\x1b\\)|[^\n\x1b]{0,256})|[ -/]*[0-~]?)/g

/** What a line is made of. */
export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sgr'; readonly parameters: string }
  /** A move or an erasure: `count` is null where none was given. */
  | { readonly kind: 'move'; readonly final: string; readonly count: number | null }
  /** OSC 8: what follows is a link; null ends it. */
  | { readonly kind: 'link'; readonly url: string | null }

/** Those that act within a line; everything else does nothing. */
const moves = new Set(['C', 'D', 'G', '`', 'K', 'X', 'P', '@', 'a'])

/** The parts of a line that show or change something. Every other control sequence leaves nothing behind. */
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

/** The text without escape sequences; other control characters stay. Positions that the server gives count in it. */
export function withoutEscapes(line: string): string {
  return line.includes('\x1b') ? line.replace(sequence, '') : line
}

/** The style after a line, which the next one begins with (web L5). */
export function styleAfter(line: string, before: Style): Style {
  if (!line.includes('\x1b')) return before
  return tokens(line).reduce(
    (style, token) => (token.kind === 'sgr' ? applySgr(style, token.parameters) : style),
    before,
  )
}
