import { useQuery } from '@tanstack/react-query'
import { useLocation, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { sessionQuery } from '../../api/session.ts'
import { ErrorState, Skeleton } from '../../design/page-states.tsx'
import { AuthPage } from '../auth-page.tsx'
import { GoOn } from '../go-on.tsx'
import { type CliLogin, readCliLogin } from './cli-login.ts'
import { CliLoopback } from './cli-loopback.tsx'
import { CliPaste } from './cli-paste.tsx'

/** Where `hm login` leads: signs a terminal in, after a click. */
export function CliLoginPage() {
  const login = readCliLogin(useSearch({ from: '/plain/cli-login' }))
  if (login.kind === 'invalid')
    return (
      <AuthPage title="Sign in from a terminal" heading="This sign-in link is not valid">
        <p role="alert">{login.reason} Run this in the terminal again:</p>
        <pre className="font-mono">hm login</pre>
      </AuthPage>
    )
  return <ForSignedIn login={login} />
}

function ForSignedIn({ login }: { readonly login: Exclude<CliLogin, { readonly kind: 'invalid' }> }) {
  const { href } = useLocation()
  // Already on the way to the sign-in page the location is another one.
  const [own] = useState(href)
  const session = useQuery(sessionQuery)
  if (session.isPending) return <Skeleton rows={4} />
  if (session.data === undefined)
    return <ErrorState error={session.error} what="this page" onRetry={() => void session.refetch()} />
  if (session.data === null) return <GoOn to={`/login?${new URLSearchParams({ redirect: own })}`} />
  const { user } = session.data
  return (
    <AuthPage title="Sign in from a terminal" heading="Sign in from a terminal">
      {login.kind === 'paste' ? <CliPaste user={user} /> : <CliLoopback user={user} login={login} />}
    </AuthPage>
  )
}
