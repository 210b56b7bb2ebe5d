import type { ReactNode } from 'react'
import { Button } from '../design/button.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AuthPage } from './auth-page.tsx'

interface CreateFromLinkProps {
  readonly title: string
  readonly heading: string
  /** The token of the link; null: it has none. */
  readonly token: string | null
  readonly create: {
    readonly mutate: (token: string) => void
    readonly isPending: boolean
    readonly error: unknown
  }
  /** Shown above the button. */
  readonly children: ReactNode
  /** The ways on after a failure. */
  readonly ways: ReactNode
}

/** Creates a passkey from the link of a mail, after a click: mail scanners open links too. */
export function CreateFromLink({ title, heading, token, create, children, ways }: CreateFromLinkProps) {
  const barrier = usePasskeyBarrier()
  return (
    <AuthPage title={title} heading={heading}>
      {token === null && <p>The link is incomplete. Open it again from the email.</p>}
      {token !== null && barrier !== null && <PasskeyNotice barrier={barrier} />}
      {token !== null && barrier === null && (
        <>
          {children}
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
      {create.error !== null && <p>{ways}</p>}
    </AuthPage>
  )
}
