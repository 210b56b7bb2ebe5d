import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../api/clock.ts'
import { safeRedirect } from '../api/safe-redirect.ts'
import { sessionChanged } from '../api/session-change.ts'
import { Checkbox } from '../design/checkbox.tsx'
import { createPasskey } from '../passkeys/ceremonies.ts'
import { AuthPage } from './auth-page.tsx'
import { CreateFromLink } from './create-from-link.tsx'
import { forgetToken, useLinkToken } from './link-token.ts'
import { NamePasskey } from './name-passkey.tsx'
import { finishRecovery, recoverOptions } from './queries.ts'
import { takeRedirect } from './redirects.ts'

/** Creates a new passkey from a recovery link, and ends or removes what the person chooses. */
export function RecoverVerifyPage() {
  const token = useLinkToken('recover')
  const { redirect } = useSearch({ strict: false })
  const { history } = useRouter()
  const [revokes, setRevokes] = useState({ passkeys: false, api_tokens: false })
  const recover = useRecovery(revokes)
  if (recover.data === true)
    return (
      <AuthPage title="Recovered" heading="Account recovered">
        <p>Every other session has ended. {whatWent(revokes)}</p>
        <NamePasskey onDone={() => history.replace(safeRedirect(redirect ?? takeRedirect(serverNow())))} />
      </AuthPage>
    )
  return (
    <CreateFromLink
      title="Recover your account"
      heading="Create a new passkey"
      token={token}
      create={recover}
      ways={
        <Link to="/recover" className="underline">
          Send another link
        </Link>
      }
    >
      <p>This device stores the new passkey. All sessions of your account end, in browsers and in terminals.</p>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 font-semibold">Also remove</legend>
        <Checkbox
          label="My other passkeys"
          hint="Choose this if a device with a passkey was lost or stolen."
          checked={revokes.passkeys}
          onChange={(passkeys) => setRevokes({ ...revokes, passkeys })}
        />
        <Checkbox
          label="My API keys"
          hint="Choose this if someone may have seen them. Programs that use them stop working."
          checked={revokes.api_tokens}
          onChange={(api_tokens) => setRevokes({ ...revokes, api_tokens })}
        />
      </fieldset>
    </CreateFromLink>
  )
}

type Revokes = Readonly<Record<'passkeys' | 'api_tokens', boolean>>

function useRecovery(revokes: Revokes) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async (magic_link_token: string) => {
      const made = await createPasskey(await recoverOptions(magic_link_token))
      if (made === null) return false
      const revoke = (['passkeys', 'api_tokens'] as const).filter((kind) => revokes[kind])
      await finishRecovery({ ...made, magic_link_token, revoke })
      forgetToken('recover')
      await sessionChanged(queryClient)
      return true
    },
  })
}

function whatWent({ passkeys, api_tokens }: Revokes): string {
  if (passkeys && api_tokens) return 'Your other passkeys and your API keys were removed.'
  if (passkeys) return 'Your other passkeys were removed; your API keys still work.'
  if (api_tokens) return 'Your API keys were removed; your other passkeys still work.'
  return 'Your other passkeys and your API keys still work; you can remove them on your account pages.'
}
