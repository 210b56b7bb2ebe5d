import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { serverNow } from '../api/clock.ts'
import { type Problem, problemOf } from '../api/problem.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionQuery } from '../api/session.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'
import { CheckMail } from './check-mail.tsx'
import { useInvitedEmail } from './invited-email.ts'
import { ProviderButtons } from './provider-buttons.tsx'
import { beginSignup } from './queries.ts'
import { RedirectTo } from './redirect-to.tsx'
import { storeRedirect } from './redirects.ts'
import { signupRefusal } from './sentences.ts'

/** Creates an account: a mail verifies the address, then the person creates a passkey. */
export function RegisterPage() {
  const { redirect } = useSearch({ from: '/plain/register' })
  const target = safeRedirect(redirect)
  const session = useQuery(sessionQuery)
  const config = useAuthConfig()
  const barrier = usePasskeyBarrier()
  const closed = config === undefined ? null : signupRefusal(config)
  // The mailed link may also have been opened in another tab.
  if (session.data != null) return <RedirectTo to={target} />
  return (
    <AuthPage title="Create an account" heading="Create an account">
      {closed !== null && <p>{closed}</p>}
      {closed === null && barrier !== null && <PasskeyNotice barrier={barrier} />}
      {closed === null && barrier === null && <ByMail redirect={target} />}
      {config?.signup === true && <ProviderButtons redirect={target} />}
      <p className="border-t border-hairline pt-4">
        Already have an account?{' '}
        <Link to="/login" search={target === '/' ? {} : { redirect: target }} className="underline">
          Sign in
        </Link>
      </p>
    </AuthPage>
  )
}

function ByMail({ redirect }: { readonly redirect: string }) {
  const invited = useInvitedEmail()
  const [draft, setDraft] = useState({ name: '', email: invited ?? '' })
  const begin = useMutation({
    mutationFn: () => beginSignup(draft),
    onSuccess: () => storeRedirect(redirect, serverNow()),
  })
  if (begin.isSuccess)
    return (
      <CheckMail
        email={draft.email}
        what="We sent a link that is valid for 24 hours"
        send={() => beginSignup(draft)}
        onOther={begin.reset}
      />
    )
  const problem = begin.error === null ? null : problemOf(begin.error)
  return (
    <form onSubmit={submitOnce(begin)} className="flex flex-col gap-4">
      <Field
        label="Name"
        autoComplete="name"
        required
        maxLength={255}
        value={draft.name}
        onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        problem={problem?.fields.name}
      />
      <Field
        label="Email address"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        value={draft.email}
        onChange={({ target }) => setDraft({ ...draft, email: target.value })}
        problem={problem?.fields.email}
      />
      {problem !== null && !isOfFields(problem) && <ProblemNote error={begin.error} />}
      <Button type="submit" look="primary" disabled={begin.isPending} className="min-h-9 w-full">
        {begin.isPending ? 'Sending…' : 'Send me a link'}
      </Button>
    </form>
  )
}

function isOfFields({ fields }: Problem): boolean {
  return fields.name !== undefined || fields.email !== undefined
}
