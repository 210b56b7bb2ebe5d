import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { serverNow } from '../api/clock.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Field } from '../design/field.tsx'
import { Notice } from '../design/notice.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { setupLinkCommand } from '../passkeys/barrier.ts'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'
import { CheckMail } from './check-mail.tsx'
import { beginRecovery } from './queries.ts'
import { storeRedirect } from './redirects.ts'

/** Sends a recovery link to a person who lost every passkey. */
export function RecoverPage() {
  const { redirect } = useSearch({ from: '/plain/recover' })
  const target = safeRedirect(redirect)
  const config = useAuthConfig()
  const barrier = usePasskeyBarrier()
  return (
    <AuthPage title="Recover your account" heading="Recover your account">
      {config?.mail === false && <NoMail />}
      {config?.mail !== false && barrier !== null && <PasskeyNotice barrier={barrier} />}
      {config?.mail !== false && barrier === null && <ByMail redirect={target} />}
      <p className="border-t border-hairline pt-4">
        <Link to="/login" search={target === '/' ? {} : { redirect: target }} className="underline">
          Back to sign-in
        </Link>
      </p>
    </AuthPage>
  )
}

function NoMail() {
  return (
    <Notice title="This server cannot send mail">
      <p>An administrator can print a one-time link for you, in the server's folder:</p>
      <CopyField label="the command that prints a one-time link" text={setupLinkCommand('YOUR_ADDRESS')} />
    </Notice>
  )
}

function ByMail({ redirect }: { readonly redirect: string }) {
  const [email, setEmail] = useState('')
  const begin = useMutation({
    mutationFn: () => beginRecovery(email),
    onSuccess: () => storeRedirect(redirect, serverNow()),
  })
  if (begin.isSuccess)
    return (
      <CheckMail
        email={email}
        what="If an account has this address, a link that is valid for 30 minutes is on its way"
        send={() => beginRecovery(email)}
        onOther={begin.reset}
      />
    )
  return (
    <form onSubmit={submitOnce(begin)} className="flex flex-col gap-4">
      <p>We email you a link. Use it to create a new passkey on this device.</p>
      <Field
        label="Email address"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        value={email}
        onChange={({ target }) => setEmail(target.value)}
      />
      <ProblemNote error={begin.error} />
      <Button type="submit" look="primary" disabled={begin.isPending} className="min-h-9 w-full">
        {begin.isPending ? 'Sending…' : 'Send me a link'}
      </Button>
    </form>
  )
}
