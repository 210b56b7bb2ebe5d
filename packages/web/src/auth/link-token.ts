import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

/** The kinds of mailed links. */
type TokenKind = 'register' | 'recover' | 'invite' | 'setup' | 'unsubscribe'

/** Kept in memory only, until the page closes or the token is used (web A1). */
const tokens = new Map<TokenKind, string>()

/**
 * Returns the token of this page's link, and removes the token from the address bar; null: none.
 */
export function useLinkToken(kind: TokenKind): string | null {
  const { token } = useSearch({ strict: false })
  const { history } = useRouter()
  // The page does not change when its token is used.
  const [opened] = useState(() => token ?? tokens.get(kind) ?? null)
  useEffect(() => {
    if (token === undefined) return
    tokens.set(kind, token)
    const url = new URL(location.href)
    url.searchParams.delete('token')
    history.replace(url.pathname + url.search)
  }, [kind, token, history])
  return token ?? opened
}

/** Returns the token of this kind on other pages. */
export function storedToken(kind: TokenKind): string | null {
  return tokens.get(kind) ?? null
}

/** Forgets a used token. */
export function forgetToken(kind: TokenKind): void {
  tokens.delete(kind)
}
