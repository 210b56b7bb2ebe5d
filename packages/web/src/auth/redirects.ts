/** Where somebody goes after signing in, on ways that leave this page (web A5). Addresses are ones that `safeRedirect` gave. */

const storageKey = 'harmont:after-mail'
const invitePath = '/invite/accept'
/** As long as the link of a sign-up works. */
const keptMs = 24 * 60 * 60_000

/** What may lie in web storage of an address: nothing secret (web A1). Terminals wait for minutes only; null for them. */
export function storable(redirect: string): string | null {
  const { pathname } = new URL(redirect, 'http://localhost')
  if (pathname === '/cli-login') return null
  return pathname === invitePath ? invitePath : redirect
}

/** The address with the token of the invitation that is open; for ways through another site, on which this page's memory is lost. */
export function withInviteToken(redirect: string, token: string | null): string {
  return redirect === invitePath && token !== null ? `${invitePath}?${new URLSearchParams({ token })}` : redirect
}

/** Notes where to go when a mailed link has been followed in this browser. */
export function storeRedirect(redirect: string, now: number): void {
  const text = storable(redirect)
  if (text === null || text === '/') localStorage.removeItem(storageKey)
  else localStorage.setItem(storageKey, JSON.stringify({ redirect: text, until: now + keptMs }))
}

/** Gives what was noted, once; undefined: nothing, or too long ago. The caller judges it as any address from outside. */
export function takeRedirect(now: number): string | undefined {
  const text = localStorage.getItem(storageKey)
  localStorage.removeItem(storageKey)
  return readStored(text, now)
}

/** Reads what `storeRedirect` wrote; undefined for everything else. */
export function readStored(text: string | null, now: number): string | undefined {
  if (text === null) return undefined
  try {
    const { redirect, until } = JSON.parse(text) as { readonly redirect?: unknown; readonly until?: unknown }
    return typeof redirect === 'string' && typeof until === 'number' && until > now ? redirect : undefined
  } catch {
    // Something else's text: nothing was noted.
    return undefined
  }
}
