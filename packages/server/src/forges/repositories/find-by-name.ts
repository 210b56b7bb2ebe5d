import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName, RepositoryAddress } from '../forge/forge.ts'

/** A repository that an organization has connected, as far as its builds need it. */
export interface NamedRepository extends RepositoryAddress {
  readonly forge: ForgeName
  readonly defaultBranch: string
}

/** The organization's connected repository `owner/name`, in any case; undefined when there is none, or its installation is suspended. */
export async function findConnectedByName(
  database: Database,
  organizationId: string,
  fullName: string,
): Promise<NamedRepository | undefined> {
  const { rows } = await database.query<NamedRepository>({
    name: 'find-connected-by-name',
    text: `select forge, external_id as "externalId", owner || '/' || name as "fullName", clone_url as "cloneUrl", installation, default_branch as "defaultBranch"
             from active_repositories where organization_id = $1 and lower(owner || '/' || name) = lower($2) order by id limit 1`,
    values: [organizationId, fullName],
  })
  return rows[0]
}
