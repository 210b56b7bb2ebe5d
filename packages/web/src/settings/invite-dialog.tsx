import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSubmit } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Field, Select } from '../design/field.tsx'
import { FormButtons } from '../design/form-buttons.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { MadeInvite } from './invite-link.tsx'
import { type InviteRole, organizationChanges } from './queries.ts'
import { roleMeaning } from './roles.ts'

interface InviteDialogProps {
  readonly org: string
  readonly open: boolean
  readonly onClose: () => void
}

/** Invites a person and shows the link once. */
export function InviteDialog({ org, open, onClose }: InviteDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Invite a member">
      <InviteForm org={org} onClose={onClose} />
    </Dialog>
  )
}

/** A child of the dialog, so that its state is new each time. */
function InviteForm({ org, onClose }: Omit<InviteDialogProps, 'open'>) {
  const changes = organizationChanges(useQueryClient(), org)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<InviteRole>('member')
  const { submit, isBusy, problem, data: made } = useSubmit(() => changes.invite(email.trim(), role))
  if (made !== undefined)
    return (
      <div className="flex flex-col gap-3 pb-3">
        <MadeInvite invite={made} />
        <div className="flex justify-end">
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    )
  const onField = problem?.fields.email
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-3">
      <Field
        label="Email address"
        type="email"
        autoComplete="off"
        required
        value={email}
        onChange={({ target }) => setEmail(target.value)}
        problem={onField === undefined ? null : `The address ${onField}.`}
      />
      <Select
        label="Role"
        value={role}
        hint={roleMeaning[role]}
        onChange={({ target }) => setRole(target.value as InviteRole)}
      >
        <option value="member">member</option>
        <option value="admin">admin</option>
      </Select>
      {problem !== null && onField === undefined && (
        <p role="alert" className="text-fail">
          {problem.message}
        </p>
      )}
      <FormButtons does="Invite" isBusy={isBusy} onClose={onClose} />
    </form>
  )
}
