import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, unauthorized } from '../../platform/http/index.ts'
import { getOrganizationById, lockOrganization, type OrganizationRow } from '../lifecycle/store.ts'
import { insertMember } from '../members/store.ts'
import { endInvite, findEmailOf, findEnd, findOffer, type InviteEnd, type InviteOffer } from './store.ts'

const endings: Readonly<Record<InviteEnd | 'unknown', string>> = {
  accepted: 'The invite was already accepted. If that was you, sign in; otherwise ask for a new one.',
  revoked: 'The invite was revoked; ask for a new one.',
  expired: 'The invite has expired; ask for a new one.',
  unknown: 'Invite not found. Check that the link is complete, or ask for a new one.',
}

/** Returns the invite of a token. Throws 422 for one that is unknown, used, revoked or expired. */
export async function previewInvite(pool: pg.Pool, token: string): Promise<InviteOffer> {
  const offer = await findOffer(pool, hashToken(token))
  if (offer === undefined) throw unacceptable(endings[(await findEnd(pool, hashToken(token))) ?? 'unknown'])
  return offer
}

/**
 * Accepts an invite: its user becomes a member. Throws 422 for another user, and leaves the invite
 * valid.
 */
export async function acceptInvite(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  token: string,
): Promise<OrganizationRow> {
  const offer = await previewInvite(pool, token)
  const { id, organization_id: organizationId } = offer
  return transaction(pool, async (client) => {
    const isThere = await lockOrganization(client, organizationId)
    const email = await findEmailOf(client, userId)
    if (email === undefined) throw unauthorized('The account of this credential no longer exists')
    if (email !== offer.email)
      throw unacceptable(`The invite was sent to another address than \`${email}\`; sign in with that address.`)
    const invite = isThere ? await endInvite(client, { organizationId, id, how: 'accepted' }) : undefined
    if (invite === undefined) throw unacceptable('The invite was used, revoked or has expired; ask for a new one.')
    if (!(await insertMember(client, organizationId, userId, invite.role)))
      throw unacceptable('You are already a member of this organization.')
    const details = { email, role: invite.role, invite: id }
    await recordAudit(client, actor, { organizationId, action: 'invite.accepted', subject: userId, details })
    return getOrganizationById(client, organizationId)
  })
}

function unacceptable(message: string): Error {
  return apiError('invite_unacceptable', message)
}
