import { useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { AuthPage } from './auth-page.tsx'
import { RedirectTo } from './redirect-to.tsx'

/**
 * Receives a provider's answer in a pop-up, hands it to the opener of the same origin, and closes.
 * Without an opener it goes to the sign-in page.
 */
export function CallbackPage() {
  const { code, state, error } = useSearch({ from: '/plain/auth/callback' })
  useEffect(() => {
    const opener = window.opener as Window | null
    if (opener === null) return
    opener.postMessage({ type: 'harmont:oauth', code, state, error }, location.origin)
    window.close()
  }, [code, state, error])
  if (window.opener === null)
    return <RedirectTo to={error === undefined ? '/login' : '/login?error=oauth_provider_error'} />
  return (
    <AuthPage title="Signing in" heading="Signing in">
      <p>You can close this window.</p>
    </AuthPage>
  )
}
