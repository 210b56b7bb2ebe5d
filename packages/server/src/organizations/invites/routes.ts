import type { components } from '@harmont/contract'
import { actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Complete, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { presentOrganization } from '../lifecycle/present.ts'
import { acceptInvite, previewInvite } from './accept-invite.ts'
import { createInvite, type InviteServices } from './create-invite.ts'
import { endInvite, type InviteRow, listInvitesOf } from './store.ts'

type InviteOperation = 'createInvite' | 'listInvites' | 'revokeInvite' | 'acceptInvite' | 'previewInvite'

/** Invites to an organization. */
export function inviteRoutes(services: InviteServices): Pick<Handlers, InviteOperation> {
  const { pool } = services
  return {
    listInvites: operation('listInvites', async ({ membership }) => {
      const rows = await listInvitesOf(pool, membership.organizationId)
      return { status: 200, body: { data: rows.map((row) => presentInvite(row, null)) } }
    }),
    createInvite: operation('createInvite', async (context) => {
      const { caller, membership, body } = context
      const { row, token } = await createInvite(services, { actor: actorOf(context), caller, membership }, body)
      return { status: 201, body: presentInvite(row, token) }
    }),
    revokeInvite: operation('revokeInvite', async (context) => {
      const { organizationId } = context.membership
      await transaction(pool, async (client) => {
        const gone = await endInvite(client, { organizationId, id: uuidOrNone(context.params.id), how: 'revoked' })
        if (gone === undefined) throw apiError('invite_not_found', 'There is no pending invite with this id.')
        const details = { email: gone.email, role: gone.role }
        const event = { organizationId, action: 'invite.revoked', subject: gone.id, details }
        await recordAudit(client, actorOf(context), event)
      })
      return { status: 204 }
    }),
    acceptInvite: operation('acceptInvite', async (context) => {
      const joined = await acceptInvite(pool, actorOf(context), context.caller.userId, context.body.token)
      return { status: 200, body: presentOrganization(joined) }
    }),
    previewInvite: operation('previewInvite', async ({ body }) => {
      const {
        organization_name: name,
        slug,
        email,
        role,
        invited_by,
        expires_at,
      } = await previewInvite(pool, body.token)
      const expiresAt = formatInstant(expires_at)
      return { status: 200, body: { organization: { name, slug }, email, role, invited_by, expires_at: expiresAt } }
    }),
  }
}

/**
 * Presents an invite to those who may create one. Only the response that creates it contains the
 * token.
 */
function presentInvite(row: InviteRow, token: string | null): Complete<components['schemas']['Invite']> {
  return { id: row.id, email: row.email, role: row.role, token, expires_at: formatInstant(row.expires_at) }
}
