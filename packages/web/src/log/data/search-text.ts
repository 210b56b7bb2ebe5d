import type { LogSearch } from './queries.ts'

const flags = { r: 'regex', c: 'case', w: 'word' } as const
const withFlags = /^([rcw]{0,3}):(.*)$/s

/**
 * Encodes a search for the address: its text, after the flags `r` (expression), `c` (case), `w`
 * (word) and a colon, if any is set.
 */
export function writeSearch(search: LogSearch): string {
  const letters = Object.entries(flags)
    .filter(([, name]) => search[name])
    .map(([letter]) => letter)
    .join('')
  return letters !== '' || withFlags.test(search.text) ? `${letters}:${search.text}` : search.text
}

/** Decodes what `writeSearch` wrote; any other text is searched literally. */
export function readSearch(find: string | undefined): LogSearch {
  const [, letters = '', text = find ?? ''] = withFlags.exec(find ?? '') ?? []
  return { text, regex: letters.includes('r'), case: letters.includes('c'), word: letters.includes('w') }
}
