import { readJson, writeItem } from '../browser/local-storage.ts'
import { createStore } from '../browser/store.ts'
import type { TimeMode } from './terminal/line-times.ts'

/** A person's log settings on this device. */
export interface LogPreferences {
  readonly times: TimeMode
  /** Null means on below 768 px (web L16). */
  readonly wrap: boolean | null
  /** In pixels, 11 to 18. */
  readonly fontSize: number
}

const storageKey = 'harmont:log'
export const fontSizes = { least: 11, most: 18 } as const
const chosen = createStore(validated(readJson(storageKey) ?? {}))

/** Replaces invalid members, which another release or program may have stored. */
function validated({ times, wrap, fontSize }: Partial<Record<keyof LogPreferences, unknown>>): LogPreferences {
  const size = typeof fontSize === 'number' ? Math.round(fontSize) : 13
  return {
    times: times === 'since' || times === 'local' || times === 'utc' ? times : 'off',
    wrap: typeof wrap === 'boolean' ? wrap : null,
    fontSize: Math.min(fontSizes.most, Math.max(fontSizes.least, size)),
  }
}

/** Stores a choice on this device. */
export function setLogPreferences(choice: Partial<LogPreferences>): void {
  const next = validated({ ...chosen.get(), ...choice })
  writeItem(storageKey, JSON.stringify(next))
  chosen.set(next)
}

/** Returns the settings, and renders the component again when they change. */
export function useLogPreferences(): LogPreferences {
  return chosen.use()
}

/** Returns the height of a row in pixels, in the ratio 13/20 of web.md 15. */
export function rowHeightOf(fontSize: number): number {
  return Math.round((fontSize * 20) / 13)
}
