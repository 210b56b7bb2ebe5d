import type pg from 'pg'
import type { Actor } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Membership } from '../../platform/http/index.ts'
import { lockOrganization } from './locks.ts'
import { organizationNotFound } from './organization-gone.ts'
import { retireOrganization } from './retire-organization.ts'
import { isPersonal } from './store.ts'

/** Deletes an organization. Throws 409 for a personal one, which goes with its account only. */
export async function deleteOrganization(pool: pg.Pool, actor: Actor, membership: Membership): Promise<void> {
  const { organizationId, organizationSlug } = membership
  await transaction(pool, async (client) => {
    if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
    if (await isPersonal(client, organizationId))
      throw apiError(
        'organization_is_personal',
        `\`${organizationSlug}\` is a personal organization; it is deleted with its account.`,
      )
    await retireOrganization(client, actor, { id: organizationId, slug: organizationSlug })
  })
}
