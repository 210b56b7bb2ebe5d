import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Checkbox } from '../design/checkbox.tsx'
import { CreateFromLink } from './create-from-link.tsx'
import { finishRecovery, recoverOptions } from './queries.ts'

type Revokes = Readonly<Record<'passkeys' | 'api_tokens', boolean>>

/** Creates a new passkey from a recovery link, and removes credentials that the person selects. */
export function RecoverVerifyPage() {
  const [revokes, setRevokes] = useState<Revokes>({ passkeys: false, api_tokens: false })
  const revoke = (['passkeys', 'api_tokens'] as const).filter((kind) => revokes[kind])
  return (
    <CreateFromLink
      kind="recover"
      options={recoverOptions}
      finish={(made, magic_link_token) => finishRecovery({ ...made, magic_link_token, revoke })}
      before={{
        title: 'Recover your account',
        heading: 'Create a new passkey',
        text: <RevokeChoice revokes={revokes} onChange={setRevokes} />,
      }}
      after={{
        title: 'Recovered',
        heading: 'Account recovered',
        text: <p>Every other session has ended. {whatWent(revokes)}</p>,
      }}
      ways={
        <Link to="/recover" className="underline">
          Send another link
        </Link>
      }
    />
  )
}

interface RevokeChoiceProps {
  readonly revokes: Revokes
  readonly onChange: (revokes: Revokes) => void
}

function RevokeChoice({ revokes, onChange }: RevokeChoiceProps) {
  return (
    <>
      <p>This device stores the new passkey. All sessions of your account end, in browsers and in terminals.</p>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 font-semibold">Also remove</legend>
        <Checkbox
          label="My other passkeys"
          hint="Choose this if a device with a passkey was lost or stolen."
          checked={revokes.passkeys}
          onChange={(passkeys) => onChange({ ...revokes, passkeys })}
        />
        <Checkbox
          label="My API keys"
          hint="Choose this if someone may have seen them. Programs that use them stop working."
          checked={revokes.api_tokens}
          onChange={(api_tokens) => onChange({ ...revokes, api_tokens })}
        />
      </fieldset>
    </>
  )
}

function whatWent({ passkeys, api_tokens }: Revokes): string {
  if (passkeys && api_tokens) return 'Your other passkeys and your API keys were removed.'
  if (passkeys) return 'Your other passkeys were removed; your API keys still work.'
  if (api_tokens) return 'Your API keys were removed; your other passkeys still work.'
  return 'Your other passkeys and your API keys still work; you can remove them on your account pages.'
}
