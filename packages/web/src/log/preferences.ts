import { createStore } from '../browser/store.ts'
import type { TimeMode } from './terminal/line-times.ts'

/** How this person reads logs on this device. */
export interface LogPreferences {
  readonly times: TimeMode
  /** Null: as the width has it, on below 768 px (web L16). */
  readonly wrap: boolean | null
  /** In pixels, 11 to 18. */
  readonly fontSize: number
}

const storageKey = 'harmont:log'
const usual: LogPreferences = { times: 'off', wrap: null, fontSize: 13 }
export const fontSizes = { least: 11, most: 18 } as const
const chosen = createStore(read())

function read(): LogPreferences {
  try {
    return judged(JSON.parse(localStorage.getItem(storageKey) ?? '{}'))
  } catch {
    // No storage, or something else's text in it: nothing was chosen.
    return usual
  }
}

function judged(kept: Partial<Record<keyof LogPreferences, unknown>>): LogPreferences {
  const { times, wrap, fontSize } = kept
  return {
    times: times === 'since' || times === 'local' || times === 'utc' ? times : 'off',
    wrap: typeof wrap === 'boolean' ? wrap : null,
    fontSize: clampFont(typeof fontSize === 'number' ? fontSize : usual.fontSize),
  }
}

function clampFont(size: number): number {
  return Math.min(fontSizes.most, Math.max(fontSizes.least, Math.round(size)))
}

/** Keeps a choice on this device. */
export function setLogPreferences(choice: Partial<LogPreferences>): void {
  const next = judged({ ...chosen.get(), ...choice })
  try {
    localStorage.setItem(storageKey, JSON.stringify(next))
  } catch {
    // Without storage it holds for this page.
  }
  chosen.set(next)
}

/** What the person chose, kept up to date. */
export function useLogPreferences(): LogPreferences {
  return chosen.use()
}

/** The height of a row in pixels: 13/20 as web.md 15 has it, and in proportion. */
export function rowHeightOf(fontSize: number): number {
  return Math.round((fontSize * 20) / 13)
}
