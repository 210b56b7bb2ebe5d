import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { submitOnce } from '../api/use-submit.ts'
import { deviceName } from '../browser/device-name.ts'
import { Button } from '../design/button.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { NicknameField } from '../passkeys/nickname-field.tsx'
import { nameNewestPasskey } from './queries.ts'

/** Names a newly created passkey. */
export function NamePasskey({ onDone }: { readonly onDone: () => void }) {
  const [nickname, setNickname] = useState(() => deviceName(navigator.userAgent) ?? 'Passkey')
  const name = useMutation({ mutationFn: () => nameNewestPasskey(nickname), onSuccess: onDone })
  return (
    <form onSubmit={submitOnce(name)} className="flex flex-col gap-4">
      <NicknameField label="Passkey name" value={nickname} onChange={setNickname} />
      <ProblemNote error={name.error} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={name.isPending}>
          Continue
        </Button>
        <Button look="quiet" onClick={onDone}>
          Skip
        </Button>
      </div>
    </form>
  )
}
