// Whole sequences only, each part excluding what starts the next one, so that hostile text takes linear time and an unfinished sequence hides nothing.
const sequences = new RegExp(
  [
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
    '(?:\\x1b\\]|\\x9d)[^\\x07\\x1b\\x9b-\\x9d]*(?:\\x07|\\x1b\\\\|\\x9c)',
    '(?:\\x1b[PX^_]|[\\x90\\x98\\x9e\\x9f])[^\\x1b\\x90\\x98\\x9b-\\x9f]*(?:\\x1b\\\\|\\x9c)',
    '\\x1b[ -/]*[0-Z\\\\^-~]',
  ].join('|'),
  'g',
)
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text of a step as it may be shown on a terminal: colours and other escape sequences are taken out, and what else could move the cursor, ring, or
 * reorder text becomes `?`. Tabs stay.
 */
export function inert(text: string): string {
  return text.replace(sequences, '').replace(unsafe, (char) => (char === '\t' ? char : '?'))
}

/** The same of one line for a fixed place: what a carriage return would have overwritten is left out, as on a terminal, and tabs are blanks. */
export function inertLine(text: string): string {
  const shown = text.replace(/\r+$/, '')
  return inert(shown.slice(shown.lastIndexOf('\r') + 1)).replaceAll('\t', '    ')
}
