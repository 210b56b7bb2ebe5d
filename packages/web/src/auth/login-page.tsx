import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useAuthConfig } from '../api/auth-config.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionQuery } from '../api/session.ts'
import { buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'
import { PasskeySignIn } from './passkey-sign-in.tsx'
import { ProviderButtons } from './provider-buttons.tsx'
import { RedirectTo } from './redirect-to.tsx'
import { explainSignInError } from './sentences.ts'

/** Signs in with a passkey, or with an account at a provider. */
export function LoginPage() {
  const { redirect, error } = useSearch({ from: '/plain/login' })
  const target = safeRedirect(redirect)
  const session = useQuery(sessionQuery)
  if (session.data === undefined)
    return <QueryPlaceholder query={session} what="the sign-in page" rows={3} label="Loading" />
  if (session.data !== null && error === undefined) return <RedirectTo to={target} />
  return (
    <AuthPage title="Sign in" heading={session.data === null ? 'Sign in' : 'Sign-in failed'}>
      {error !== undefined && <Refusal code={error} />}
      {session.data === null ? (
        <SignInMethods redirect={target} />
      ) : (
        <ContinueLink to={target} email={session.data.user.email} />
      )}
    </AuthPage>
  )
}

function Refusal({ code }: { readonly code: string }) {
  return (
    <div role="alert">
      <p className="text-fail">{explainSignInError(code)}</p>
      <p className="text-13 text-muted">
        <IsolatedText text={code} />
      </p>
    </div>
  )
}

function SignInMethods({ redirect }: { readonly redirect: string }) {
  const config = useAuthConfig()
  const barrier = usePasskeyBarrier()
  const search = redirect === '/' ? {} : { redirect }
  return (
    <>
      {barrier === null ? <PasskeySignIn /> : <PasskeyNotice barrier={barrier} />}
      <ProviderButtons redirect={redirect} />
      <ul className="flex flex-col gap-2 border-t border-hairline pt-4">
        {config?.signup === true && (
          <li>
            No account yet?{' '}
            <Link to="/register" search={search} className="underline">
              Create one
            </Link>
          </li>
        )}
        {barrier === null && (
          <li>
            Lost your passkey?{' '}
            <Link to="/recover" search={search} className="underline">
              Email me a link
            </Link>
          </li>
        )}
      </ul>
    </>
  )
}

function ContinueLink({ to, email }: { readonly to: string; readonly email: string }) {
  return (
    <>
      <p>
        You are signed in as <IsolatedText text={email} />.
      </p>
      <a href={to} className={`${buttonClass('primary')} min-h-9 w-full`}>
        Continue
      </a>
    </>
  )
}
