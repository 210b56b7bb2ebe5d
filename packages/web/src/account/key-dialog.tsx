import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { serverNow } from '../api/clock.ts'
import { useSession } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { endOf } from './key-facts.ts'
import { type KeyDraft, KeyForm } from './key-form.tsx'
import { accountChanges } from './queries.ts'

interface KeyDialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

/** Creates a key and shows its secret once. */
export function KeyDialog({ open, onClose }: KeyDialogProps) {
  const changes = accountChanges(useQueryClient())
  const create = useMutation({
    mutationFn: ({ description, scopes, organizations, days }: KeyDraft) =>
      changes.createKey({ description, scopes: [...scopes], organizations, expires_at: endOf(days, serverNow()) }),
    // The secret stays in this dialog and is never cached.
    gcTime: 0,
  })
  const close = () => {
    create.reset()
    onClose()
  }
  return (
    <Dialog open={open} onClose={close} title={create.data === undefined ? 'Create a key' : 'Your new key'}>
      {create.data === undefined ? (
        <NewKey onCreate={create.mutate} isBusy={create.isPending} error={create.error} onClose={close} />
      ) : (
        <Secret token={create.data} onClose={close} />
      )}
    </Dialog>
  )
}

interface NewKeyProps {
  readonly onCreate: (draft: KeyDraft) => void
  readonly isBusy: boolean
  readonly error: unknown
  readonly onClose: () => void
}

function NewKey(props: NewKeyProps) {
  const { organizations } = useSession()
  const slugs = organizations.map(({ slug }) => slug)
  // Starts with the least access: one organization, read only.
  const [draft, setDraft] = useState<KeyDraft>({
    ...{ description: '', scopes: ['read'], organizations: slugs.slice(0, 1), days: 90 },
  })
  return <KeyForm {...props} draft={draft} onChange={setDraft} slugs={slugs} />
}

function Secret({ token, onClose }: { readonly token: string; readonly onClose: () => void }) {
  return (
    <div className="flex flex-col gap-3 pb-5">
      <p>Copy the key now. It is not shown again.</p>
      <CopyField label="the key" text={token} />
      <p>For a shell:</p>
      <CopyField label="the export command" text={`export HM_API_TOKEN=${token}`} />
      <div className="flex justify-end">
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
