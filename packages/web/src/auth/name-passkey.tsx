import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { deviceName } from '../browser/device-name.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { nameNewestPasskey } from './queries.ts'

/** Names the passkey that was just created. */
export function NamePasskey({ onDone }: { readonly onDone: () => void }) {
  const [nickname, setNickname] = useState(() => deviceName(navigator.userAgent) ?? 'Passkey')
  const name = useMutation({ mutationFn: () => nameNewestPasskey(nickname), onSuccess: onDone })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.isPending) name.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label="Passkey name"
        hint="Helps you tell your passkeys apart."
        required
        maxLength={255}
        autoComplete="off"
        value={nickname}
        onChange={({ target }) => setNickname(target.value)}
      />
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
