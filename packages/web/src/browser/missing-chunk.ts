const storageKey = 'harmont:reloaded-at'
const onceMs = 60_000

/**
 * Reloads the page once after an upgrade, when its files are gone, unless typed input would be lost
 * (web X3). Otherwise the page says what happened.
 */
export function watchMissingChunks(): void {
  window.addEventListener('vite:preloadError', () => {
    if (hasUnsentInput() || !mayReload(readReloadedAt(), Date.now())) return
    sessionStorage.setItem(storageKey, String(Date.now()))
    location.reload()
  })
}

/** Whether a reload may help: not if one happened a moment ago. */
function mayReload(reloadedAt: number, now: number): boolean {
  return now - reloadedAt > onceMs
}

function readReloadedAt(): number {
  const stored = Number(sessionStorage.getItem(storageKey) ?? Number.NaN)
  return Number.isFinite(stored) ? stored : Number.NEGATIVE_INFINITY
}

/** Fields with typed text that was not sent; an automatic reload must not lose it. */
const touched = new Set<HTMLInputElement | HTMLTextAreaElement>()

/** Starts to track what is typed. */
export function watchInput(): void {
  document.addEventListener('input', ({ target }) => {
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    // A search is in the address, or quickly typed again.
    if (isText && target.type !== 'search' && target.dataset.search === undefined) touched.add(target)
  })
}

/** Whether a reload would lose typed text. */
function hasUnsentInput(): boolean {
  for (const field of touched) if (!field.isConnected) touched.delete(field)
  return [...touched].some(({ value }) => value.trim() !== '')
}
