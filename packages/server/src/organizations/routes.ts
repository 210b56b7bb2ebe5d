import type pg from 'pg'
import { type Cursors, type Handlers, operation } from '../http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../pagination/page.ts'
import { createOrganization } from './create-organization.ts'
import { presentOrganization } from './present.ts'
import { getOrganizationById, listOrganizationsOf } from './store.ts'

/** Organizations of the caller. */
export function organizationRoutes({
  pool,
  cursors,
}: {
  readonly pool: pg.Pool
  readonly cursors: Cursors
}): Pick<Handlers, 'listOrganizations' | 'createOrganization' | 'getOrganization'> {
  return {
    listOrganizations: operation('listOrganizations', async ({ caller, query: { limit, cursor } }) => {
      const list = { operationId: 'listOrganizations', owner: caller.userId }
      const after = readAgeKey(cursors.decode(list, cursor))
      const rows = await listOrganizationsOf(pool, caller, after, limit + 1)
      return {
        status: 200,
        body: toPage(rows, limit, cursors, list, { keyOf: ageKeyOf, present: presentOrganization }),
      }
    }),
    createOrganization: operation('createOrganization', async ({ caller, body }) => ({
      status: 201,
      body: presentOrganization(await createOrganization(pool, caller.userId, body)),
    })),
    getOrganization: operation('getOrganization', async ({ membership }) => ({
      status: 200,
      body: presentOrganization(await getOrganizationById(pool, membership.organizationId)),
    })),
  }
}
