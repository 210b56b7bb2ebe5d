/**
 * Keeps where somebody goes after signing in, when the way leaves this page (web A5). Addresses
 * come from `safeRedirect`.
 */

const storageKey = 'harmont:after-mail'
const invitePath = '/invite/accept'
/** The lifetime of a sign-up link. */
const keptMs = 24 * 60 * 60_000

/** Returns what may be stored of an address, without secrets (web A1); null: nothing. */
export function storable(redirect: string): string | null {
  const { pathname } = new URL(redirect, 'http://localhost')
  if (pathname === '/cli-login') return null
  return pathname === invitePath ? invitePath : redirect
}

/**
 * Adds the token of the open invitation to its address, for sign-ins through another site, which
 * lose this page's memory.
 */
export function withInviteToken(redirect: string, token: string | null): string {
  return redirect === invitePath && token !== null ? `${invitePath}?${new URLSearchParams({ token })}` : redirect
}

/** Stores where to go once the mailed link is opened in this browser. */
export function storeRedirect(redirect: string, now: number): void {
  const text = storable(redirect)
  if (text === null || text === '/') localStorage.removeItem(storageKey)
  else localStorage.setItem(storageKey, JSON.stringify({ redirect: text, until: now + keptMs }))
}

/** Returns the stored address once; undefined: none, or expired. The caller must check it. */
export function takeRedirect(now: number): string | undefined {
  const text = localStorage.getItem(storageKey)
  localStorage.removeItem(storageKey)
  return readStored(text, now)
}

/** Parses what `storeRedirect` wrote; undefined for everything else. */
export function readStored(text: string | null, now: number): string | undefined {
  if (text === null) return undefined
  try {
    const { redirect, until } = JSON.parse(text) as { readonly redirect?: unknown; readonly until?: unknown }
    return typeof redirect === 'string' && typeof until === 'number' && until > now ? redirect : undefined
  } catch {
    // Another program's text: nothing was stored.
    return undefined
  }
}
