/** Returns an address of this app; `/` if it leads elsewhere or cannot be parsed (web A5). */
export function safeRedirect(given: string | null | undefined, origin: string = location.origin): string {
  if (given === null || given === undefined || !isPath(given)) return '/'
  const url = URL.canParse(given, origin) ? new URL(given, origin) : null
  if (url === null || url.origin !== origin) return '/'
  // Checks the result again: `/.//host` is parsed as the path `//host`.
  const path = `${url.pathname}${url.search}${url.hash}`
  return isPath(path) ? path : '/'
}

/** Excludes `/\host`, which browsers read as `//host`, another host. */
function isPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text)
}
