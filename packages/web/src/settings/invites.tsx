import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { serverNow } from '../api/clock.ts'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { InviteLink } from './invite-link.tsx'
import { type InviteRole, invitesQuery, organizationChanges } from './queries.ts'

type Invite = Schema<'Invite'>

interface Asked {
  readonly kind: 'resend' | 'revoke'
  readonly invite: Invite
}

/** Lists invites that have not been accepted yet. */
export function Invites({ org }: { readonly org: string }) {
  const query = useQuery(invitesQuery(org))
  const { data } = query
  const [asked, setAsked] = useState<Asked | null>(null)
  return (
    <section aria-labelledby="invites" className="pt-4">
      <h2 id="invites" className="px-4 text-16 font-semibold">
        Pending invites
      </h2>
      <QueryPlaceholder query={query} what="the invites" rows={2} />
      {data?.data.length === 0 && (
        <p className="px-4 py-3 text-muted">
          No pending invites. “Invite a member” creates a link that one person can use within a few days.
        </p>
      )}
      {data !== undefined && data.data.length > 0 && (
        <Table
          caption="Pending invites"
          columns={['Address', 'Role', 'Expires', { name: 'Actions', isSpokenOnly: true }]}
        >
          <tbody>
            {data.data.map((invite) => (
              <InviteRow
                key={invite.id}
                invite={invite}
                onResend={() => setAsked({ kind: 'resend', invite })}
                onRevoke={() => setAsked({ kind: 'revoke', invite })}
              />
            ))}
          </tbody>
        </Table>
      )}
      <Questions org={org} asked={asked} onClose={() => setAsked(null)} />
    </section>
  )
}

interface InviteRowProps {
  readonly invite: Invite
  readonly onResend: () => void
  readonly onRevoke: () => void
}

function InviteRow({ invite, onResend, onRevoke }: InviteRowProps) {
  return (
    <tr>
      <Td>
        <IsolatedText text={invite.email} />
      </Td>
      <Td>{invite.role}</Td>
      <Td label="Expires">
        <Instant at={invite.expires_at} /> {Date.parse(invite.expires_at) < serverNow() && <Tag>expired</Tag>}
      </Td>
      <Td numeric>
        <Button look="quiet" aria-label={`Send again to ${invite.email}`} onClick={onResend}>
          Send again
        </Button>
        <Button look="quiet" aria-label={`Revoke the invite of ${invite.email}`} onClick={onRevoke}>
          Revoke
        </Button>
      </Td>
    </tr>
  )
}

interface QuestionsProps {
  readonly org: string
  readonly asked: Asked | null
  readonly onClose: () => void
}

/** Asks before an invite is revoked or replaced, and shows the link of its replacement. */
function Questions({ org, asked, onClose }: QuestionsProps) {
  const changes = organizationChanges(useQueryClient(), org)
  const [again, setAgain] = useState<Invite | null>(null)
  const email = asked?.invite.email
  const resend = async ({ id, email, role }: Invite) => {
    await changes.revokeInvite(id)
    setAgain(await changes.invite(email, role as InviteRole))
  }
  return (
    <>
      <ConfirmDialog
        open={asked?.kind === 'revoke'}
        onClose={onClose}
        title={`Revoke the invite of ${email}?`}
        confirm="Revoke"
        onConfirm={async () => asked !== null && (await changes.revokeInvite(asked.invite.id))}
      >
        <p>The link stops working at once. You can invite the same address again.</p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asked?.kind === 'resend'}
        onClose={onClose}
        title={`Invite ${email} again?`}
        confirm="Create a new link"
        look="primary"
        onConfirm={async () => asked !== null && (await resend(asked.invite))}
      >
        <p>Creates a new link. The previous one stops working.</p>
      </ConfirmDialog>
      <InviteLink invite={again} onClose={() => setAgain(null)} />
    </>
  )
}
