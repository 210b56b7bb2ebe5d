import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { providerAddress, providerTitle } from '../api/providers.ts'
import { useSession } from '../api/session.ts'
import { sessionChanged } from '../api/session-change.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { signInWithPasskey } from '../passkeys/sign-in.ts'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { identitiesQuery, sessionsQuery } from './queries.ts'

interface ConfirmIdentityProps {
  readonly open: boolean
  readonly onClose: () => void
}

/** Asks for a fresh sign-in before an irreversible change. */
export function ConfirmIdentity({ open, onClose }: ConfirmIdentityProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Confirm that it is you">
      <SignInMethods />
    </Dialog>
  )
}

function SignInMethods() {
  const { user } = useSession()
  const barrier = usePasskeyBarrier()
  const identities = useQuery(identitiesQuery)
  const queryClient = useQueryClient()
  const signIn = useMutation({
    mutationFn: async () => {
      if (!(await signInWithPasskey())) return
      const session = await sessionChanged(queryClient)
      // The passkey belongs to another person, who gets their own page.
      if (session?.user.uuid !== user.uuid) location.assign('/account')
      await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey })
    },
  })
  return (
    <div className="flex flex-col gap-3 pb-5">
      <p>You signed in more than ten minutes ago. Sign in again to continue.</p>
      {barrier === null ? (
        <Button look="primary" disabled={signIn.isPending} onClick={() => signIn.mutate()}>
          {signIn.isPending ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
        </Button>
      ) : (
        <PasskeyNotice barrier={barrier} email={user.email} />
      )}
      {identities.data?.map(({ provider }) => (
        <a key={provider} href={providerAddress(provider, '/account')} className={buttonClass()}>
          Continue with {providerTitle(provider)}
        </a>
      ))}
      <ProblemNote error={signIn.error} />
    </div>
  )
}
