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

/** Lists invites that were not accepted yet. */
export function Invites({ org }: { readonly org: string }) {
  const query = useQuery(invitesQuery(org))
  const { data } = query
  const changes = organizationChanges(useQueryClient(), org)
  const [revoking, setRevoking] = useState<Invite | null>(null)
  const [resending, setResending] = useState<Invite | null>(null)
  const [again, setAgain] = useState<Invite | null>(null)
  const resend = async ({ id, email, role }: Invite) => {
    await changes.revokeInvite(id)
    setAgain(await changes.invite(email, role as InviteRole))
  }
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
              <tr key={invite.id}>
                <Td>
                  <IsolatedText text={invite.email} />
                </Td>
                <Td>{invite.role}</Td>
                <Td label="Expires">
                  <Instant at={invite.expires_at} /> {Date.parse(invite.expires_at) < serverNow() && <Tag>expired</Tag>}
                </Td>
                <Td numeric>
                  <Button
                    look="quiet"
                    aria-label={`Send again to ${invite.email}`}
                    onClick={() => setResending(invite)}
                  >
                    Send again
                  </Button>
                  <Button
                    look="quiet"
                    aria-label={`Revoke the invite of ${invite.email}`}
                    onClick={() => setRevoking(invite)}
                  >
                    Revoke
                  </Button>
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke the invite of ${revoking?.email}?`}
        confirm="Revoke"
        onConfirm={async () => revoking !== null && (await changes.revokeInvite(revoking.id))}
      >
        <p>The link stops working at once. You can invite the same address again.</p>
      </ConfirmDialog>
      <ConfirmDialog
        open={resending !== null}
        onClose={() => setResending(null)}
        title={`Invite ${resending?.email} again?`}
        confirm="Create a new link"
        look="primary"
        onConfirm={async () => resending !== null && (await resend(resending))}
      >
        <p>Creates a new link. The previous one stops working.</p>
      </ConfirmDialog>
      <InviteLink invite={again} onClose={() => setAgain(null)} />
    </section>
  )
}
