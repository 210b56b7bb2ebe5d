import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { submitOnce } from '../api/use-submit.ts'
import { FormButtons } from '../design/form-buttons.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { NicknameField } from '../passkeys/nickname-field.tsx'

interface NicknameDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly proposed: string
  readonly confirm: string
  /** Resolves to false, without a message, if the person cancels. */
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
  return (
    <form onSubmit={submitOnce(save)} className="flex flex-col gap-4 pb-5">
      <NicknameField label="Name" value={nickname} onChange={setNickname} />
      <ProblemNote error={save.error} />
      <FormButtons does={confirm} isBusy={save.isPending} onClose={onClose} />
    </form>
  )
}
