import { useMutation } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import type { Session } from '../api/session.ts'
import { checkSession, notifyTabs, wasSignedOutElsewhere } from '../api/session-tabs.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { signInWithPasskey } from '../passkeys/sign-in.ts'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'

/** Asks over the page to sign in again, until a sign-in in any tab (web A4, A5). */
export function SignInAgain({ user }: { readonly user: Session['user'] }) {
  const barrier = usePasskeyBarrier()
  const { href } = useLocation()
  const isOnPurpose = wasSignedOutElsewhere()
  const signIn = useMutation({
    mutationFn: async () => {
      if (!(await signInWithPasskey())) return
      notifyTabs()
      await checkSession()
    },
  })
  return (
    <Dialog
      open
      // Nothing on the page works without a session.
      onClose={() => undefined}
      lasting
      covering={isOnPurpose}
      title={isOnPurpose ? 'You signed out' : 'Your session has ended'}
      actions={
        <>
          <a
            href={`/login?${new URLSearchParams({ redirect: href })}`}
            target="_blank"
            rel="noopener"
            className={buttonClass(barrier === null ? 'plain' : 'primary')}
          >
            {barrier === null ? 'Sign in another way' : 'Sign in'}
          </a>
          {barrier === null && (
            <Button look="primary" onClick={() => signIn.mutate()} disabled={signIn.isPending}>
              <KeyRound size={16} aria-hidden="true" />
              {signIn.isPending ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <p>
          {isOnPurpose ? 'You signed out in another tab of this browser. ' : ''}
          Sign in again as <IsolatedText text={user.email} /> to continue. Unsaved input on this page is kept.
        </p>
        <ProblemNote error={signIn.error} />
      </div>
    </Dialog>
  )
}
