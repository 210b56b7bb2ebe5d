import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Membership } from '../../platform/http/index.ts'
import { isPersonal, lockOrganization, organizationNotFound } from './store.ts'

const keptDays = 7

/** Work of other domains within the transaction that deletes an organization. */
export interface DeletionServices {
  /** Frees the repositories that forges connected for the organization. */
  readonly disconnectForges: (client: Database, organizationId: string) => Promise<void>
}

/**
 * Deletes an organization. Throws 409 for a personal one, which is deleted only with its account.
 */
export async function deleteOrganization(
  services: DeletionServices & { readonly pool: pg.Pool },
  actor: Actor,
  { organizationId: id, organizationSlug: slug }: Membership,
): Promise<void> {
  await transaction(services.pool, async (client) => {
    if (!(await lockOrganization(client, id))) throw organizationNotFound()
    if (await isPersonal(client, id))
      throw apiError(
        'organization_is_personal',
        `\`${slug}\` is a personal organization; it is deleted with its account.`,
      )
    await retireOrganization(services, client, actor, { id, slug })
  })
}

/**
 * Takes a locked organization out of use: removes its members, frees its slug and cancels its
 * builds. Its pipelines and builds are removed a week later; ledger and leases stay, without a
 * name.
 */
export async function retireOrganization(
  { disconnectForges }: DeletionServices,
  client: Database,
  actor: Actor,
  { id, slug }: { readonly id: string; readonly slug: string },
): Promise<void> {
  await blank(client, id)
  await disconnectForges(client, id)
  await recordAudit(client, actor, { organizationId: id, action: 'organization.deleted', subject: slug })
  // Repeated a minute later, for builds that were being created meanwhile.
  await client.query(
    `select graphile_worker.add_job('cancel_builds_of_organization', json_build_object('organization_id', $1::text), run_at => now() + delay)
       from unnest(array[interval '0', interval '1 minute']) as delay`,
    [id],
  )
}

/**
 * Removes an organization's name, members and invites. Its new slug is one that no organization can
 * have.
 */
async function blank(database: Database, id: string): Promise<void> {
  await database.query(
    `update organizations set deleted_at = date_trunc('milliseconds', now()), slug = '~' || id, name = '', url = null where id = $1`,
    [id],
  )
  await database.query('delete from memberships where organization_id = $1', [id])
  await database.query('delete from invites where organization_id = $1', [id])
  await database.query(
    `update pipelines set archived_at = now(), archived_by = 'person' where organization_id = $1 and archived_at is null`,
    [id],
  )
}

/** Returns the organizations that were deleted a week ago. */
export async function findOverdueOrganizations(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from organizations where deleted_at < now() - interval '${keptDays} days' order by deleted_at`,
  )
  return rows.map(({ id }) => id)
}

/**
 * Removes a deleted organization with every row that refers to it. Returns false if it has builds
 * left.
 */
export async function removeOrganization(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `delete from organizations o
      where o.id = $1 and o.deleted_at is not null
        and not exists (select from build_records r join pipelines p on p.id = r.pipeline_id where p.organization_id = o.id)
        and not exists (select from discoveries d where d.organization_id = o.id)`,
    [id],
  )
  return rowCount === 1
}
