import type { LogSearch } from './queries.ts'

const flags = { r: 'regex', c: 'case', w: 'word' } as const
const withFlags = /^([rcw]{0,3}):(.*)$/s

/**
 * Encodes a search for the address as its text. If any of the flags `r` (expression), `c` (case)
 * and `w` (word) is set, they precede the text with a colon.
 */
export function writeSearch(search: LogSearch): string {
  const letters = Object.entries(flags)
    .filter(([, name]) => search[name])
    .map(([letter]) => letter)
    .join('')
  return letters !== '' || withFlags.test(search.text) ? `${letters}:${search.text}` : search.text
}

/** Decodes the result of `writeSearch`; any other text is searched literally. */
export function readSearch(find: string | undefined): LogSearch {
  const [, letters = '', text = find ?? ''] = withFlags.exec(find ?? '') ?? []
  return { text, regex: letters.includes('r'), case: letters.includes('c'), word: letters.includes('w') }
}
