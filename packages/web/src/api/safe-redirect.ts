/** An address of this app that somebody may be sent to: path, search and fragment; `/` for everything that leads elsewhere or cannot be read (web A5). */
export function safeRedirect(given: string | null | undefined, origin: string = location.origin): string {
  if (given === null || given === undefined || !isPath(given)) return '/'
  const url = URL.canParse(given, origin) ? new URL(given, origin) : null
  if (url === null || url.origin !== origin) return '/'
  // Judged again as it will be used: `/.//host` is read as the path `//host`.
  const path = `${url.pathname}${url.search}${url.hash}`
  return isPath(path) ? path : '/'
}

/** Browsers read `/\host` as `//host`, another host. */
function isPath(text: string): boolean {
  return /^\/(?![/\\])/.test(text)
}
