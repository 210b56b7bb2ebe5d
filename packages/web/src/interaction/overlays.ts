import { createStore } from '../browser/store.ts'

/** What can lie over any page of the shell; their code comes when they are opened first. */
type Overlay = 'palette' | 'help' | 'organizations'

const open = createStore<Overlay | null>(null)
/** What was typed since one was opened and before it is there; null: it is there, or none is opening. */
let typed: string | null = null

/** Opens one; at most one is open. */
export function openOverlay(overlay: Overlay): void {
  if (open.get() !== overlay) typed = ''
  open.set(overlay)
}

/** Keeps a key for the overlay that is on its way; false where none is. */
export function typeAhead(key: string): boolean {
  if (open.get() === null || typed === null) return false
  if (key.length === 1) typed += key
  return true
}

/** The overlay is there: what was typed until now. */
export function takeTyped(): string {
  const text = typed ?? ''
  typed = null
  return text
}

export function closeOverlay(): void {
  typed = null
  open.set(null)
}

/** The one that is open. */
export function useOverlay(): Overlay | null {
  return open.use()
}
