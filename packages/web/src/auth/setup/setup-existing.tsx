import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { sessionChanged } from '../../api/session-change.ts'
import { Button } from '../../design/button.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { createPasskey } from '../../passkeys/ceremonies.ts'
import { PasskeyNotice } from '../../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../../passkeys/use-barrier.ts'
import { AuthCard } from '../auth-page.tsx'
import { forgetToken } from '../link-token.ts'
import { NamePasskey } from '../name-passkey.tsx'
import { completeSetup, setupOptions } from '../queries.ts'

interface SetupExistingProps {
  readonly token: string
  /** The address of the person who owns the link. */
  readonly email: string
}

/** Signs in an existing person, with or without a new passkey. */
export function SetupExisting({ token, email }: SetupExistingProps) {
  const barrier = usePasskeyBarrier()
  const { history } = useRouter()
  const enter = useEnter(token, email)
  const proceed = () => history.replace('/')
  const withPasskey = () => enter.mutate(true)
  const without = () => enter.mutate(false, { onSuccess: proceed })
  if (enter.data === true && enter.variables)
    return (
      <AuthCard title="Set up" heading="You are signed in">
        <NamePasskey onDone={proceed} />
      </AuthCard>
    )
  return (
    <AuthCard title="Set up" heading="One-time sign-in">
      {barrier !== null && <PasskeyNotice barrier={barrier} email={email} />}
      {barrier?.kind !== 'other-address' && (
        <>
          <p>
            This link signs you in as <IsolatedText text={email} />. It works once.
          </p>
          {barrier === null && (
            <Button look="primary" className="min-h-9 w-full" disabled={enter.isPending} onClick={withPasskey}>
              Sign in and add a passkey
            </Button>
          )}
          <Button
            look={barrier === null ? 'plain' : 'primary'}
            className="min-h-9 w-full"
            disabled={enter.isPending}
            onClick={without}
          >
            {barrier === null ? 'Sign in without a passkey' : 'Sign in'}
          </Button>
        </>
      )}
      <ProblemNote error={enter.error} />
    </AuthCard>
  )
}

function useEnter(setup_token: string, email: string) {
  const queryClient = useQueryClient()
  return useMutation({
    /** Resolves to false if the person cancels the passkey. */
    mutationFn: async (isWithPasskey: boolean) => {
      // The server ignores the name and keeps the existing one.
      const challenge = isWithPasskey ? await setupOptions({ setup_token, email, name: '' }) : null
      const made = challenge === null ? {} : await createPasskey(challenge)
      if (made === null) return false
      await completeSetup({ setup_token, ...made })
      forgetToken('setup')
      await sessionChanged(queryClient)
      return true
    },
  })
}
