import { createStore } from '../browser/store.ts'

/** Overlays over any page with the page frame. Their code loads when they first open. */
type Overlay = 'palette' | 'help' | 'organizations'

const open = createStore<Overlay | null>(null)
/** Text typed while an overlay opens; null if no overlay is opening. */
let typed: string | null = null

/** Opens an overlay. At most one overlay is open. */
export function openOverlay(overlay: Overlay): void {
  if (open.get() !== overlay) typed = ''
  open.set(overlay)
}

/** Keeps a key for the opening overlay; returns false if none is opening. */
export function typeAhead(key: string): boolean {
  if (open.get() === null || typed === null) return false
  if (key.length === 1) typed += key
  return true
}

/** Returns the text typed before the overlay appeared. */
export function takeTyped(): string {
  const text = typed ?? ''
  typed = null
  return text
}

export function closeOverlay(): void {
  typed = null
  open.set(null)
}

/** Returns the open overlay. */
export function useOverlay(): Overlay | null {
  return open.use()
}
