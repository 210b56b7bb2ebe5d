import type { components } from '@harmont/contract'
import type pg from 'pg'
import { type Actor, actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import {
  apiError,
  type Caller,
  type Complete,
  type Handlers,
  type Membership,
  operation,
  permissionToChange,
  type Role,
  requirePermission,
  uuidOrNone,
} from '../../platform/http/index.ts'
import { lockOrganization, organizationNotFound } from '../lifecycle/store.ts'
import {
  countOwners,
  deleteInvitesBy,
  deleteMember,
  findMember,
  listMembers,
  type MemberRow,
  setRole,
} from './store.ts'

type MemberOperation = 'listOrgMembers' | 'updateOrgMember' | 'removeOrgMember'

/** Members of an organization. */
export function memberRoutes({ pool }: { readonly pool: pg.Pool }): Pick<Handlers, MemberOperation> {
  return {
    listOrgMembers: operation('listOrgMembers', async ({ membership }) => {
      const rows = await listMembers(pool, membership.organizationId)
      return { status: 200, body: { data: rows.map(presentMember) } }
    }),
    updateOrgMember: operation('updateOrgMember', async (context) => {
      const { caller, membership, params, body } = context
      const asker = { actor: actorOf(context), caller, membership }
      const changed = await changeMember(pool, asker, uuidOrNone(params.user_id), body.role)
      return { status: 200, body: presentMember(changed) }
    }),
    removeOrgMember: operation('removeOrgMember', async (context) => {
      const { caller, membership, params } = context
      await changeMember(pool, { actor: actorOf(context), caller, membership }, uuidOrNone(params.user_id), null)
      return { status: 204 }
    }),
  }
}

function presentMember(row: MemberRow): Complete<components['schemas']['OrgMember']> {
  return { user_uuid: row.user_id, email: row.email, name: row.name, role: row.role }
}

/** The member who requests a change. */
export interface Asker {
  readonly actor: Actor
  readonly caller: Caller
  /** The caller's membership when the request arrived. */
  readonly membership: Membership
}

/**
 * Changes a member's role, or removes them (`to` is null); every member may remove themselves.
 * Throws 404 for an unknown id, 403 for too low a role, and 409 `last_owner` if no owner would be
 * left, even when two owners remove each other concurrently (G34). Returns the member.
 */
async function changeMember(pool: pg.Pool, asker: Asker, userId: string, to: Role | null): Promise<MemberRow> {
  const { organizationId } = asker.membership
  return transaction(pool, async (client) => {
    if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
    const member = await findMember(client, organizationId, userId)
    if (member === undefined) throw apiError('member_not_found', 'Member not found in this organization.')
    const isLeaving = to === null && member.user_id === asker.caller.userId
    const permission = isLeaving ? 'leave' : permissionToChange(member.role, to)
    const what = to === null ? `remove this ${member.role}` : `give this ${member.role} the role \`${to}\``
    requirePermission(asker.membership, permission, what)
    await requireAnotherOwner(client, organizationId, member, to)
    // The caller may have lost the role since the request arrived.
    const asking = await findMember(client, organizationId, asker.caller.userId)
    if (asking === undefined) throw organizationNotFound()
    requirePermission(asking, permission, what)
    if (member.role === to) return member
    await apply(client, asker, member, to)
    return { ...member, role: to ?? member.role }
  })
}

async function requireAnotherOwner(
  client: Database,
  organizationId: string,
  member: MemberRow,
  to: Role | null,
): Promise<void> {
  if (member.role !== 'owner' || to === 'owner') return
  if ((await countOwners(client, organizationId)) > 1) return
  throw apiError(
    'last_owner',
    'This is the only owner of the organization. Make another member an owner first, or delete the organization.',
  )
}

async function apply(client: Database, asker: Asker, member: MemberRow, to: Role | null): Promise<void> {
  const { organizationId } = asker.membership
  const { user_id: userId, email, role: from } = member
  if (to === null) await deleteMember(client, organizationId, userId)
  else await setRole(client, organizationId, userId, to)
  // An invite ends when its creator loses the right to create it.
  if (to === null || to === 'member') await deleteInvitesBy(client, organizationId, userId)
  const removal = userId === asker.caller.userId ? 'member.left' : 'member.removed'
  await recordAudit(client, asker.actor, {
    organizationId,
    action: to === null ? removal : 'member.role_changed',
    subject: userId,
    details: { email, from, ...(to === null ? {} : { to }) },
  })
}
