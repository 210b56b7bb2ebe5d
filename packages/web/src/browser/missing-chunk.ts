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
function mayReload(reloadedAt: number, now: number): boolean {
  return now - reloadedAt > onceMs
}

function readReloadedAt(): number {
  const kept = Number(sessionStorage.getItem(storageKey) ?? Number.NaN)
  return Number.isFinite(kept) ? kept : Number.NEGATIVE_INFINITY
}

/** What a person has typed and not sent yet: a reload that nobody asked for must not lose it. */
const touched = new Set<HTMLInputElement | HTMLTextAreaElement>()

/** Notes from now on what is typed. */
export function watchInput(): void {
  document.addEventListener('input', ({ target }) => {
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    // A search is in the address, or soon typed again.
    if (isText && target.type !== 'search' && target.dataset.search === undefined) touched.add(target)
  })
}

/** Whether a reload would lose something. */
function hasUnsentInput(): boolean {
  for (const field of touched) if (!field.isConnected) touched.delete(field)
  return [...touched].some(({ value }) => value.trim() !== '')
}
