import { useAuthConfig } from '../api/auth-config.ts'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'

interface InviteLinkProps {
  /** A new invite. Its link is shown only once. */
  readonly invite: Schema<'Invite'> | null
  readonly onClose: () => void
}

/** Shows the link of a new invite in a dialog. */
export function InviteLink({ invite, onClose }: InviteLinkProps) {
  if (invite === null) return null
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${invite.email} is invited`}
      actions={<Button onClick={onClose}>Done</Button>}
    >
      <MadeInvite invite={invite} />
    </Dialog>
  )
}

/** Shows the link, and whether it was mailed (web S2). */
export function MadeInvite({ invite }: { readonly invite: Schema<'Invite'> }) {
  const config = useAuthConfig()
  const link =
    invite.token == null ? null : `${location.origin}/invite/accept?token=${encodeURIComponent(invite.token)}`
  return (
    <div className="flex flex-col gap-3">
      <p>
        {config?.mail === true
          ? 'We emailed them the link. You can also share it yourself; it is shown only once.'
          : config?.mailbox === true
            ? 'This server sends no mail: the message is in its mailbox at /mailbox. Share the link yourself; it is shown only once.'
            : 'This server sends no mail. Share the link yourself; it is shown only once.'}
      </p>
      {link !== null && <CopyField label="the invite link" text={link} />}
    </div>
  )
}
