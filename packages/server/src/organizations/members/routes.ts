import type { components } from '@harmont/contract'
import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Complete, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { changeMember } from './change-member.ts'
import { listMembers, type MemberRow } from './store.ts'

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
