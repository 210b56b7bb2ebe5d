import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName, RepositoryAddress } from '../forge/forge.ts'
import { sourceNameOf } from './source-name.ts'

/** A repository that an organization has connected and that its forge lists. */
export interface ConnectedRepository {
  /** The name of the repository in the source of a build, see `sourceNameOf`. */
  readonly id: string
  readonly forge: ForgeName
  readonly address: RepositoryAddress
  readonly defaultBranch: string
  readonly organizationId: string
  readonly organizationSlug: string
}

interface Row {
  readonly full_name: string
  readonly clone_url: string
  readonly default_branch: string
  readonly installation: string
  readonly organization_id: string
  readonly organization_slug: string
}

/** Finds a connected repository whose installation is not suspended. */
export async function findConnected(
  database: Database,
  forge: ForgeName,
  externalId: string,
): Promise<ConnectedRepository | undefined> {
  const { rows } = await database.query<Row>({
    name: 'find-connected-repository',
    text: `select r.owner || '/' || r.name as full_name, r.clone_url, r.default_branch, r.installation,
                  o.id as organization_id, o.slug as organization_slug
             from active_repositories r join organizations o on o.id = r.organization_id
            where r.forge = $1 and r.external_id = $2 and o.deleted_at is null`,
    values: [forge, externalId],
  })
  const [row] = rows
  if (row === undefined) return undefined
  return {
    id: sourceNameOf(forge, externalId),
    forge,
    address: {
      externalId,
      fullName: row.full_name,
      cloneUrl: row.clone_url,
      installation: row.installation,
    },
    defaultBranch: row.default_branch,
    organizationId: row.organization_id,
    organizationSlug: row.organization_slug,
  }
}

/** A connected repository of a known organization. */
export interface NamedRepository extends RepositoryAddress {
  readonly forge: ForgeName
  readonly defaultBranch: string
}

/** Finds a connected repository of an organization by `owner/name`, in any case of its letters. */
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
