/** Installations of our GitHub App. */
import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeAccount } from '../forge/events.ts'

export interface InstallationRow {
  readonly id: string
  readonly number: string
  readonly organization_id: string | null
  readonly account_id: string
  readonly account_login: string
  readonly account_type: 'Organization' | 'User'
  readonly installed_by: string | null
  readonly requested_by: string | null
  readonly deleted_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

const columns = `id, number, organization_id, account_id, account_login, account_type, installed_by, requested_by, deleted_at,
                 created_at, updated_at`

/** Finds an installation by our id. */
export async function findInstallation(database: Database, id: string): Promise<InstallationRow | undefined> {
  const { rows } = await database.query<InstallationRow>(`select ${columns} from github_installations where id = $1`, [
    id,
  ])
  return rows[0]
}

/** Finds an installation by GitHub's id. */
export async function findByNumber(database: Database, number: number): Promise<InstallationRow | undefined> {
  const { rows } = await database.query<InstallationRow>({
    name: 'find-installation-by-number',
    text: `select ${columns} from github_installations where number = $1`,
    values: [number],
  })
  return rows[0]
}

/** Finds an installation by GitHub's id if it is bound to this organization. */
export async function findBound(
  database: Database,
  organizationId: string,
  number: number,
): Promise<InstallationRow | undefined> {
  const { rows } = await database.query<InstallationRow>(
    `select ${columns} from github_installations where number = $1 and organization_id = $2`,
    [number, organizationId],
  )
  return rows[0]
}

/** Lists the installations of an organization, ordered by account. */
export async function listBound(database: Database, organizationId: string): Promise<readonly InstallationRow[]> {
  const { rows } = await database.query<InstallationRow>(
    `select ${columns} from github_installations where organization_id = $1 order by account_login, id`,
    [organizationId],
  )
  return rows
}

export interface InstallationFacts {
  readonly number: number
  readonly account: ForgeAccount
  /** null if it is not suspended. */
  readonly suspendedAt: Date | null
  /** GitHub's ids; null if unknown, in which case the stored value stays. */
  readonly installedBy: string | null
  readonly requestedBy: string | null
}

/** Stores the state of an installation. An ended installation stays ended. */
export async function upsertInstallation(database: Database, facts: InstallationFacts): Promise<InstallationRow> {
  const { rows } = await database.query<InstallationRow>({
    name: 'upsert-installation',
    text: `insert into github_installations as i (number, account_id, account_login, account_type, suspended_at, installed_by, requested_by)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (number) do update
              set account_id = excluded.account_id, account_login = excluded.account_login, account_type = excluded.account_type,
                  suspended_at = excluded.suspended_at,
                  installed_by = coalesce(excluded.installed_by, i.installed_by),
                  requested_by = coalesce(excluded.requested_by, i.requested_by),
                  updated_at = excluded.updated_at
           returning ${columns}`,
    values: [
      facts.number,
      facts.account.id,
      facts.account.login,
      facts.account.type,
      facts.suspendedAt,
      facts.installedBy,
      facts.requestedBy,
    ],
  })
  const [row] = rows
  if (row === undefined) throw new Error('the upsert returned no installation')
  return row
}

/** Binds an installation. Returns false if it has ended or is bound to another organization. */
export async function bindInstallation(database: Database, id: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'bind-installation',
    text: `update github_installations set organization_id = $2, updated_at = date_trunc('milliseconds', now())
            where id = $1 and (organization_id is null or organization_id = $2) and deleted_at is null`,
    values: [id, organizationId],
  })
  return rowCount === 1
}

/** Unbinds an installation by GitHub's id. Returns its account; undefined if it was not bound. */
export async function unbindInstallation(
  database: Database,
  organizationId: string,
  number: number,
): Promise<string | undefined> {
  const { rows } = await database.query<{ account_login: string }>(
    `update github_installations set organization_id = null, updated_at = date_trunc('milliseconds', now())
      where number = $1 and organization_id = $2 returning account_login`,
    [number, organizationId],
  )
  return rows[0]?.account_login
}

/** Unbinds all installations of an organization that is deleted. */
export async function unbindInstallationsOf(database: Database, organizationId: string): Promise<void> {
  await database.query('update github_installations set organization_id = null where organization_id = $1', [
    organizationId,
  ])
}

/** Ends an installation and deletes its repositories. Returns its organization and account. */
export async function endInstallation(
  database: Database,
  id: string,
): Promise<{ organization_id: string | null; account_login: string } | undefined> {
  const { rows } = await database.query<{ organization_id: string | null; account_login: string }>({
    name: 'end-installation',
    text: `with before as (select id, organization_id from github_installations where id = $1 for update),
                gone as (delete from repositories where github_installation_id = $1)
           update github_installations i
              set organization_id = null, deleted_at = coalesce(i.deleted_at, date_trunc('milliseconds', now()))
             from before where i.id = before.id
           returning before.organization_id, i.account_login`,
    values: [id],
  })
  return rows[0]
}
