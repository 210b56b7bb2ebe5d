import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { serverNow } from '../api/clock.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionChanged } from '../api/session-change.ts'
import { createPasskey } from '../passkeys/ceremonies.ts'
import { AuthPage } from './auth-page.tsx'
import { CreateFromLink } from './create-from-link.tsx'
import { forgetToken, useLinkToken } from './link-token.ts'
import { NamePasskey } from './name-passkey.tsx'
import { finishSignup, signupOptions } from './queries.ts'
import { takeRedirect } from './redirects.ts'

/** Continues a sign-up from its mail. */
export function RegisterVerifyPage() {
  const token = useLinkToken('register')
  const { redirect } = useSearch({ from: '/plain/register/verify' })
  const { history } = useRouter()
  const queryClient = useQueryClient()
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
    <CreateFromLink
      title="Create a passkey"
      heading="Create your passkey"
      token={token}
      create={create}
      ways={
        <>
          <Link to="/register" className="underline">
            Send another link
          </Link>
          {' or '}
          <Link to="/login" className="underline">
            sign in
          </Link>
        </>
      }
    >
      <p>Email confirmed. From now on you sign in with a passkey that this device stores. There is no password.</p>
    </CreateFromLink>
  )
}
