import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

/** What a mailed link is for. */
type TokenKind = 'register' | 'recover' | 'invite' | 'setup'

/** In memory only, until the page is closed or the token is used up (web A1). */
const kept = new Map<TokenKind, string>()

/** The token of the link that this page was opened with. It leaves the address bar at once; null: the page was opened without one. */
export function useLinkToken(kind: TokenKind): string | null {
  const { token } = useSearch({ strict: false })
  const { history } = useRouter()
  // The page stays as it is when its token is used up.
  const [opened] = useState(() => token ?? kept.get(kind) ?? null)
  useEffect(() => {
    if (token === undefined) return
    kept.set(kind, token)
    const url = new URL(location.href)
    url.searchParams.delete('token')
    history.replace(url.pathname + url.search)
  }, [kind, token, history])
  return token ?? opened
}

/** The token that is kept, outside of its own page. */
export function storedToken(kind: TokenKind): string | null {
  return kept.get(kind) ?? null
}

/** It was used up. */
export function forgetToken(kind: TokenKind): void {
  kept.delete(kind)
}
