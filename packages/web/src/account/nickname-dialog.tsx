import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'

interface NicknameDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly proposed: string
  readonly confirm: string
  /** Resolves to false if the person gave up; nothing is shown then. */
  readonly onSave: (nickname: string) => Promise<boolean>
}

/** Asks for the name of a passkey. */
export function NicknameDialog({ open, onClose, title, ...rest }: NicknameDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <NicknameForm onClose={onClose} {...rest} />
    </Dialog>
  )
}

function NicknameForm({ onClose, proposed, confirm, onSave }: Omit<NicknameDialogProps, 'open' | 'title'>) {
  const [nickname, setNickname] = useState(proposed)
  const save = useMutation({
    mutationFn: () => onSave(nickname.trim()),
    onSuccess: (isDone) => isDone && onClose(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-5">
      <Field
        label="Name"
        hint="Helps you tell your passkeys apart."
        required
        maxLength={255}
        autoComplete="off"
        value={nickname}
        onChange={({ target }) => setNickname(target.value)}
      />
      <ProblemNote error={save.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={save.isPending}>
          {save.isPending ? 'Working…' : confirm}
        </Button>
      </div>
    </form>
  )
}
