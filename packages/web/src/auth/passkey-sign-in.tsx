import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useEffect, useState } from 'react'
import { sessionChanged } from '../api/session-change.ts'
import { submitOnce } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { canSuggestPasskeys, endCeremony } from '../passkeys/ceremonies.ts'
import { signInWithPasskey } from '../passkeys/sign-in.ts'

/** Requests a new challenge after this time; a challenge is valid for five minutes. */
const renewMs = 4 * 60_000

/** Signs in with a passkey, by the button or by a suggestion in the field. */
export function PasskeySignIn() {
  const { signIn, suggested, maySuggest } = useSignIn()
  return (
    <form onSubmit={submitOnce(signIn)} className="flex flex-col gap-3">
      <Button type="submit" look="primary" disabled={signIn.isPending} className="min-h-9 w-full">
        <KeyRound size={16} aria-hidden="true" />
        {signIn.isPending ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
      </Button>
      {maySuggest && (
        <Field
          label="Email address"
          hint="Your browser suggests saved passkeys. Press Enter to use one on another device."
          type="email"
          name="email"
          autoComplete="username webauthn"
        />
      )}
      <ProblemNote error={signIn.error ?? suggested.error} />
    </form>
  )
}

function useSignIn() {
  const queryClient = useQueryClient()
  // The browser tells immediately whether it may suggest passkeys, so the field does not appear
  // late.
  const [canSuggest, setCanSuggest] = useState<boolean | null>(null)
  const enter = async (suggested?: AbortSignal) => {
    if (await signInWithPasskey(suggested)) await sessionChanged(queryClient)
  }
  const signIn = useMutation({ mutationFn: () => enter() })
  const suggested = useMutation({ mutationFn: (isOver: AbortSignal) => enter(isOver) })
  useEffect(() => {
    void canSuggestPasskeys().then(setCanSuggest)
    return () => void endCeremony()
  }, [])
  const { mutate: suggest } = suggested
  // The button's ceremony ends the waiting ceremony of the field, which restarts afterwards.
  const isSuggesting = canSuggest === true && !signIn.isPending && !signIn.isSuccess
  useEffect(() => {
    if (!isSuggesting) return
    const ending = new AbortController()
    const renew = () => suggest(ending.signal)
    renew()
    const timer = setInterval(renew, renewMs)
    return () => {
      clearInterval(timer)
      // A request for options that is still pending must not end the button's ceremony.
      ending.abort()
    }
  }, [isSuggesting, suggest])
  return { signIn, suggested, maySuggest: canSuggest ?? 'isConditionalMediationAvailable' in PublicKeyCredential }
}
