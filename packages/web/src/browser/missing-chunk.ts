import { hasUnsentInput } from './unsent-input.ts'

const storageKey = 'harmont:reloaded-at'
const onceMs = 60_000

/** After an upgrade the old page's files are gone: it is loaded anew, once, if nothing that was typed is lost by it (web X3). Else the page says what happened. */
export function watchMissingChunks(): void {
  window.addEventListener('vite:preloadError', () => {
    if (hasUnsentInput() || !mayReload(readReloadedAt(), Date.now())) return
    sessionStorage.setItem(storageKey, String(Date.now()))
    location.reload()
  })
}

/** A page that was loaded anew a moment ago would not get better by it. */
export function mayReload(reloadedAt: number, now: number): boolean {
  return now - reloadedAt > onceMs
}

function readReloadedAt(): number {
  const kept = Number(sessionStorage.getItem(storageKey) ?? Number.NaN)
  return Number.isFinite(kept) ? kept : Number.NEGATIVE_INFINITY
}
