/**
 * Keeps the address to open after signing in, when signing in leaves this page (web A5). Addresses
 * come from `safeRedirect`.
 */

const storageKey = 'harmont:after-mail'
const invitePath = '/invite/accept'
/** The lifetime of a sign-up link. */
const keptMs = 24 * 60 * 60_000

/** Returns an address without secrets (web A1), as it may be stored; null if it may not. */
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

/** Stores the address to open after the mailed link is opened in this browser. */
export function storeRedirect(redirect: string, now: number): void {
  const text = storable(redirect)
  if (text === null || text === '/') localStorage.removeItem(storageKey)
  else localStorage.setItem(storageKey, JSON.stringify({ redirect: text, until: now + keptMs }))
}

/**
 * Returns the stored address once; undefined if there is none or it has expired. The caller must
 * check it.
 */
export function takeRedirect(now: number): string | undefined {
  const text = localStorage.getItem(storageKey)
  localStorage.removeItem(storageKey)
  return readStored(text, now)
}

/** Parses a value of `storeRedirect`; undefined for any other value. */
export function readStored(text: string | null, now: number): string | undefined {
  if (text === null) return undefined
  try {
    const { redirect, until } = JSON.parse(text) as { readonly redirect?: unknown; readonly until?: unknown }
    return typeof redirect === 'string' && typeof until === 'number' && until > now ? redirect : undefined
  } catch {
    // The text is another program's, so no address is stored.
    return undefined
  }
}
