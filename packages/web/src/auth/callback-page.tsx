import { useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { AuthPage } from './auth-page.tsx'
import { RedirectTo } from './redirect-to.tsx'

/** Where a provider sends a pop-up back to: it hands over what it was given, to a page of this origin only, and closes. Alone it goes to the sign-in page. */
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
