import { errorCatalogue } from '@harmont/contract/errors'
import type { PaletteItem } from './items.ts'

const all = Object.entries(errorCatalogue).map(([code, { meaning }]) => ({ code, meaning }))

/** Error codes that contain what was typed, with what each means; none for less than three letters. */
export function errorCodeItems(typed: string): readonly PaletteItem[] {
  const wanted = typed.trim().toLowerCase().replaceAll(' ', '_')
  if (wanted.length < 3) return []
  return all
    .filter(({ code }) => code.includes(wanted))
    .slice(0, 5)
    .map(({ code, meaning }) => ({ id: `error:${code}`, title: code, hint: meaning, href: `/docs/errors/${code}` }))
}
