import { useMutation, useQuery } from '@tanstack/react-query'
import { useLocation, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { sessionQuery } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { Checkbox } from '../../design/checkbox.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { AuthPage } from '../auth-page.tsx'
import { parkCliLogin } from '../queries.ts'
import { RedirectTo } from '../redirect-to.tsx'
import { CliAfterwards, CliGrant } from './cli-grant.tsx'
import { type CliLogin, callbackAddress, matchingCode, readCliLogin } from './cli-login.ts'
import { CliPaste } from './cli-paste.tsx'

/** Signs in a terminal from a link of `hm login`, after a click. */
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
  // During the redirect to the sign-in page, `href` already names that page.
  const [own] = useState(href)
  const session = useQuery(sessionQuery)
  if (session.data === undefined) return <QueryPlaceholder query={session} what="this page" rows={4} label="Loading" />
  if (session.data === null) return <RedirectTo to={`/login?${new URLSearchParams({ redirect: own })}`} />
  const { user } = session.data
  return (
    <AuthPage title="Sign in from a terminal" heading="Sign in from a terminal">
      {login.kind === 'paste' ? <CliPaste user={user} /> : <CliLoopback user={user} login={login} />}
    </AuthPage>
  )
}

interface CliLoopbackProps {
  readonly user: Schema<'CurrentUserResponse'>
  readonly login: Extract<CliLogin, { readonly kind: 'loopback' }>
}

/** Signs in the waiting terminal on this machine, after a comparison of codes (web A7). */
function CliLoopback({ user, login }: CliLoopbackProps) {
  const [isMine, setMine] = useState(false)
  const park = useMutation({
    mutationFn: () => parkCliLogin(login.nonce),
    onSuccess: () => location.assign(callbackAddress(login)),
  })
  const { showsCode } = login
  return (
    <>
      <CliGrant user={user} />
      {showsCode ? (
        <Code nonce={login.nonce} />
      ) : (
        <>
          <p>
            The link in your terminal has the port <strong className="font-mono">{login.port}</strong>. If it has
            another one, you did not start this login: close this page.
          </p>
          <Checkbox
            label="I started this login on this computer just now"
            checked={isMine}
            onChange={setMine}
            disabled={park.isPending}
          />
        </>
      )}
      <Button
        look="primary"
        className="min-h-9 w-full"
        disabled={park.isPending || park.isSuccess}
        refused={showsCode || isMine ? null : 'Select the box above first'}
        onClick={() => park.mutate()}
      >
        {park.isSuccess ? 'Returning to the terminal…' : showsCode ? 'The codes match: sign in' : 'Sign in'}
      </Button>
      <ProblemNote error={park.error} />
      <CliAfterwards />
    </>
  )
}

function Code({ nonce }: { readonly nonce: string }) {
  return (
    <>
      <p>Does your terminal show this code?</p>
      <p
        data-testid="matching-code"
        className="rounded-surface border border-hairline bg-inset py-4 text-center font-mono text-28 font-semibold"
      >
        {matchingCode(nonce)}
      </p>
      <p className="text-muted">If it shows another code or none, someone else started this login: close this page.</p>
    </>
  )
}
