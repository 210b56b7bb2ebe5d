import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { serverNow } from '../api/clock.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionChanged } from '../api/session-change.ts'
import { Button } from '../design/button.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { createPasskey } from '../passkeys/ceremonies.ts'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'
import { forgetToken, useLinkToken } from './link-token.ts'
import { NamePasskey } from './name-passkey.tsx'
import { finishSignup, signupOptions } from './queries.ts'
import { takeRedirect } from './redirects.ts'

/** Continues a sign-up from its mail, after a click: mail scanners open links too. */
export function RegisterVerifyPage() {
  const token = useLinkToken('register')
  const { redirect } = useSearch({ from: '/plain/register/verify' })
  const { history } = useRouter()
  const queryClient = useQueryClient()
  const barrier = usePasskeyBarrier()
  const create = useMutation({
    mutationFn: async (verification_token: string) => {
      const made = await createPasskey(await signupOptions(verification_token))
      if (made === null) return false
      await finishSignup({ ...made, verification_token })
      forgetToken('register')
      await sessionChanged(queryClient)
      return true
    },
  })
  if (create.data === true)
    return (
      <AuthPage title="Welcome" heading="Account created">
        <NamePasskey onDone={() => history.replace(safeRedirect(redirect ?? takeRedirect(serverNow())))} />
      </AuthPage>
    )
  return (
    <AuthPage title="Create a passkey" heading="Create your passkey">
      {token === null && <p>The link is incomplete. Open it again from the email.</p>}
      {token !== null && barrier !== null && <PasskeyNotice barrier={barrier} />}
      {token !== null && barrier === null && (
        <>
          <p>Email confirmed. From now on you sign in with a passkey that this device stores. There is no password.</p>
          <Button
            look="primary"
            className="min-h-9 w-full"
            disabled={create.isPending}
            onClick={() => create.mutate(token)}
          >
            {create.isPending ? 'Waiting for your device…' : 'Create passkey'}
          </Button>
        </>
      )}
      <ProblemNote error={create.error} />
      {create.error !== null && (
        <p>
          <Link to="/register" className="underline">
            Send another link
          </Link>
          {' or '}
          <Link to="/login" className="underline">
            sign in
          </Link>
        </p>
      )}
    </AuthPage>
  )
}
