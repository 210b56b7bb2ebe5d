import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Cursors, type Handlers, operation } from '../../platform/http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../../platform/pagination/page.ts'
import { type DeletionServices, deleteOrganization } from './delete-organization.ts'
import { presentOrganization } from './present.ts'
import { getOrganizationById, listOrganizationsOf } from './store.ts'
import { createOrganization, updateOrganization } from './write-organization.ts'

type OrganizationOperation =
  | 'listOrganizations'
  | 'createOrganization'
  | 'getOrganization'
  | 'updateOrganization'
  | 'deleteOrganization'

/** Organizations of the caller. */
export function organizationRoutes(
  services: DeletionServices & { readonly pool: pg.Pool; readonly cursors: Cursors },
): Pick<Handlers, OrganizationOperation> {
  const { pool, cursors } = services
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
    createOrganization: operation('createOrganization', async (context) => {
      const made = await createOrganization(pool, actorOf(context), context.caller.userId, context.body)
      return { status: 201, body: presentOrganization(made) }
    }),
    getOrganization: operation('getOrganization', async ({ membership }) => ({
      status: 200,
      body: presentOrganization(await getOrganizationById(pool, membership.organizationId)),
    })),
    updateOrganization: operation('updateOrganization', async (context) => {
      const { membership, body } = context
      const changed = await updateOrganization(pool, actorOf(context), membership.organizationId, body)
      return { status: 200, body: presentOrganization(changed) }
    }),
    deleteOrganization: operation('deleteOrganization', async (context) => {
      await deleteOrganization(services, actorOf(context), context.membership)
      return { status: 204 }
    }),
  }
}
