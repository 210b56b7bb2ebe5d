import type { LogSearch } from './queries.ts'

const flags = { r: 'regex', c: 'case', w: 'word' } as const
const withFlags = /^([rcw]{0,3}):(.*)$/s

/** A search as it stands in the address: its text, after `r` (expression), `c` (case), `w` (word) and a colon where there are any. */
export function writeSearch(search: LogSearch): string {
  const letters = Object.entries(flags)
    .filter(([, name]) => search[name])
    .map(([letter]) => letter)
    .join('')
  return letters !== '' || withFlags.test(search.text) ? `${letters}:${search.text}` : search.text
}

/** Reads what `writeSearch` wrote; any other text is looked for as it is. */
export function readSearch(find: string | undefined): LogSearch {
  const [, letters = '', text = find ?? ''] = withFlags.exec(find ?? '') ?? []
  return { text, regex: letters.includes('r'), case: letters.includes('c'), word: letters.includes('w') }
}
