import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { type Body, requirePermission } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { mailTransport } from '../../platform/mail/mail-transport.ts'
import { askedNow, type LinkMail, queueSecretMail } from '../../platform/mail/queue-mail.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import {
  getOrganizationById,
  lockOrganization,
  type OrganizationRow,
  organizationNotFound,
} from '../lifecycle/store.ts'
import type { Asker } from '../members/members.ts'
import { findMember, findMemberByEmail, type MemberRow } from '../members/store.ts'
import { countLiveInvites, type InviteRow, insertInvite } from './store.ts'

const days = 7
const mostLive = 200

export interface InviteServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly settings: Settings
  readonly sealer: Sealer
}

/** An invite and its token, which is shown once. */
export interface MadeInvite {
  readonly row: InviteRow
  readonly token: string
}

/** Invites an address, by mail if configured. Throws 422 for an invited address or a member's. */
export async function createInvite(
  services: InviteServices,
  asker: Asker,
  body: Body<'createInvite'>,
): Promise<MadeInvite> {
  const { organizationId } = asker.membership
  const email = readEmail(body.email)
  await services.limiter.take('invites_organization', organizationId)
  const token = newToken()
  return transaction(services.pool, async (client) => {
    if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
    const maker = await findMember(client, organizationId, asker.caller.userId)
    if (maker === undefined) throw organizationNotFound()
    requirePermission(maker, 'invites', 'invite a member')
    const invite = { organizationId, email, role: body.role, invitedBy: maker.user_id }
    const row = await insert(client, { ...invite, tokenHash: hashToken(token) })
    const details = { email, role: row.role }
    await recordAudit(client, asker.actor, { organizationId, action: 'invite.created', subject: row.id, details })
    if (mailTransport(services.settings) !== 'none') {
      const organization = await getOrganizationById(client, organizationId)
      const { publicUrl } = services.settings
      await queueSecretMail(
        client,
        services.sealer,
        inviteMail({ publicUrl, organization, maker, row, token, actor: asker.actor }),
      )
    }
    return { row, token }
  })
}

function readEmail(given: string): string {
  const errors = new FieldErrors()
  const email = readEmailAddress(given)
  if (email === undefined) errors.add('email', 'must be an e-mail address of at most 254 characters')
  errors.throwIfAny('invite_invalid')
  return email ?? ''
}

async function insert(
  client: Database,
  invite: Omit<Parameters<typeof insertInvite>[1], 'id' | 'days'>,
): Promise<InviteRow> {
  const { organizationId, email } = invite
  const errors = new FieldErrors()
  if ((await findMemberByEmail(client, organizationId, email)) !== undefined) errors.add('email', 'belongs to a member')
  else if ((await countLiveInvites(client, organizationId)) >= mostLive)
    errors.add('', `would exceed the limit of ${mostLive} pending invites; revoke one first`)
  errors.throwIfAny('invite_invalid')
  const row = await insertInvite(client, { ...invite, id: randomUUID(), days })
  if (row !== undefined) return row
  errors.add('email', 'is already invited; revoke that invite first')
  errors.throwIfAny('invite_invalid')
  throw new Error('a collected field error was not thrown')
}

interface Invitation {
  readonly publicUrl: string
  readonly organization: OrganizationRow
  readonly maker: MemberRow
  readonly row: InviteRow
  readonly token: string
  readonly actor: Actor
}

function inviteMail({ publicUrl, organization, maker, row, token, actor }: Invitation): LinkMail {
  const who = maker.name === null ? maker.email : `${maker.name} (${maker.email})`
  const rank = row.role === 'admin' ? 'an admin' : 'a member'
  return {
    to: row.email,
    subject: `Invitation to ${organization.name} on Harmont`,
    paragraphs: [
      `${who} invites you to the organization "${organization.name}" on Harmont as ${rank}.`,
      `To accept, sign in or create an account with the address ${row.email}.`,
    ],
    link: {
      url: `${publicUrl}/invite/accept?token=${token}`,
      label: 'View the invitation',
      lifetime: 'for 7 days and only once',
    },
    askedBy: askedNow(actor),
    otherwise: 'If you do not know the sender, ignore this mail: nothing happens until you accept.',
  }
}
