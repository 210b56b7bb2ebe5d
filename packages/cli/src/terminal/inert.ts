// Matches whole sequences only. Each part excludes the start of the next one, so that hostile text
// takes linear time and an unfinished sequence hides nothing.
const sequences = new RegExp(
  [
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
    '(?:\\x1b\\]|\\x9d)[^\\x07\\x1b\\x9b-\\x9d]*(?:\\x07|\\x1b\\\\|\\x9c)',
    '(?:\\x1b[PX^_]|[\\x90\\x98\\x9e\\x9f])[^\\x1b\\x90\\x98\\x9b-\\x9f]*(?:\\x1b\\\\|\\x9c)',
    '\\x1b[ -/]*[0-Z\\\\^-~]',
  ].join('|'),
  'g',
)
// Control characters, lone surrogates, line separators, and characters that reorder text or
// annotate it invisibly.
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u206a-\u206f\ufff9-\ufffb]/gu

/**
 * Returns a step's text in a form safe for a terminal: without colours and other escape sequences,
 * and with `?` for other characters that move the cursor, ring, or reorder text. Tabs stay.
 */
export function inert(text: string): string {
  return text.replace(sequences, '').replace(unsafe, (char) => (char === '\t' ? char : '?'))
}

/** Applies `inert` to each line. */
export function inertText(text: string): string {
  return text.split(/\r?\n/).map(inert).join('\n')
}

/**
 * Serializes a value. Escapes characters that a terminal acts on as `\uXXXX`, which has the same
 * meaning.
 */
export function jsonFor({ isTerminal }: { readonly isTerminal: boolean }, value: unknown): string {
  const json = JSON.stringify(value)
  if (!isTerminal) return json
  return json.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Makes text inert for one line: drops text that a carriage return would overwrite, and replaces
 * tabs with blanks.
 */
export function inertLine(text: string): string {
  const shown = text.replace(/\r+$/, '')
  return inert(shown.slice(shown.lastIndexOf('\r') + 1)).replaceAll('\t', '    ')
}
