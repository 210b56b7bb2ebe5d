const storageKey = 'harmont:reloaded-at'
const onceMs = 60_000

/**
 * Reloads the page once if an upgrade has removed its files, unless typed input would be lost (web
 * X3). Otherwise the page shows a message.
 */
export function watchMissingChunks(): void {
  window.addEventListener('vite:preloadError', () => {
    if (hasUnsentInput() || !mayReload(readReloadedAt(), Date.now())) return
    sessionStorage.setItem(storageKey, String(Date.now()))
    location.reload()
  })
}

/** Whether a reload may help: only if none happened recently. */
function mayReload(reloadedAt: number, now: number): boolean {
  return now - reloadedAt > onceMs
}

function readReloadedAt(): number {
  const stored = Number(sessionStorage.getItem(storageKey) ?? Number.NaN)
  return Number.isFinite(stored) ? stored : Number.NEGATIVE_INFINITY
}

/** Fields with unsent text, which an automatic reload must not lose. */
const touched = new Set<HTMLInputElement | HTMLTextAreaElement>()

/** Starts to track typed text. */
export function watchInput(): void {
  document.addEventListener('input', ({ target }) => {
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    // A search is stored in the address, or quickly typed again.
    if (isText && target.type !== 'search' && target.dataset.search === undefined) touched.add(target)
  })
}

/** Whether a reload would lose typed text. */
function hasUnsentInput(): boolean {
  for (const field of touched) if (!field.isConnected) touched.delete(field)
  return [...touched].some(({ value }) => value.trim() !== '')
}
