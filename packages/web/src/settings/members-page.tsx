import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermission } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { Invites } from './invites.tsx'
import { Members } from './members.tsx'
import { membersQuery } from './queries.ts'
import { SettingsLayout } from './settings-layout.tsx'

/** Shows members and invites of the organization (web S1, S2). */
export function MembersPage() {
  const { org } = useParams({ from: '/signed-in/$org/settings/members' })
  const mayInvite = usePermission(org, 'invites')
  const members = useQuery(membersQuery(org))
  const [isInviting, setInviting] = useState(false)
  return (
    <SettingsLayout
      org={org}
      title="Members"
      actions={
        <Button
          look="primary"
          refused={mayInvite ? null : 'Only owners and admins can invite'}
          onClick={() => setInviting(true)}
        >
          Invite a member
        </Button>
      }
    >
      <Members org={org} />
      {/* Shown once the height of everything above is known, so that no text moves while it is read. */}
      {mayInvite && (
        <div className={members.isPending ? 'invisible' : ''}>
          <Invites org={org} />
        </div>
      )}
      <InviteDialog org={org} open={isInviting} onClose={() => setInviting(false)} />
    </SettingsLayout>
  )
}
