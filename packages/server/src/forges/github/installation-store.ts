/** Installations of our GitHub App, by GitHub's number and by our own id. */
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

/** Undefined: nobody told of it yet. */
export async function findInstallation(database: Database, id: string): Promise<InstallationRow | undefined> {
  const { rows } = await database.query<InstallationRow>(`select ${columns} from github_installations where id = $1`, [
    id,
  ])
  return rows[0]
}

/** By GitHub's number. Undefined: nobody told of it yet. */
export async function findByNumber(database: Database, number: number): Promise<InstallationRow | undefined> {
  const { rows } = await database.query<InstallationRow>({
    name: 'find-installation-by-number',
    text: `select ${columns} from github_installations where number = $1`,
    values: [number],
  })
  return rows[0]
}

/** By GitHub's number. Undefined: it is not bound to this organization. */
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

/** Those that are bound to an organization, by account. */
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
  /** null: not suspended. */
  readonly suspendedAt: Date | null
  /** GitHub ids; null: not told, and what is known stays. */
  readonly installedBy: string | null
  readonly requestedBy: string | null
}

/** Keeps what GitHub says of an installation. Its end is final: what comes late changes nothing of it. */
export async function keepInstallation(database: Database, facts: InstallationFacts): Promise<InstallationRow> {
  const { rows } = await database.query<InstallationRow>({
    name: 'keep-installation',
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
  if (row === undefined) throw new Error('the installation that was kept was not returned')
  return row
}

/** Binds a living installation. False: another organization holds it, or it has ended. */
export async function bindInstallation(database: Database, id: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'bind-installation',
    text: `update github_installations set organization_id = $2, updated_at = date_trunc('milliseconds', now())
            where id = $1 and (organization_id is null or organization_id = $2) and deleted_at is null`,
    values: [id, organizationId],
  })
  return rowCount === 1
}

/** Frees a number. Returns its account; undefined: it was not bound to this organization. */
export async function freeInstallation(
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

/** Frees all that an organization holds, for when it is deleted. */
export async function freeInstallationsOf(database: Database, organizationId: string): Promise<void> {
  await database.query('update github_installations set organization_id = null where organization_id = $1', [
    organizationId,
  ])
}

/** GitHub has it no more: frees it and forgets its repositories. Returns to which organization it was bound (null: to none) and its account. */
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

/** Notes how a sync went; `problem` null: well. */
export async function noteSync(database: Database, id: string, problem: string | null): Promise<void> {
  await database.query({
    name: 'note-sync',
    text: `update github_installations
              set sync_problem = $2, synced_at = case when $2::text is null then date_trunc('milliseconds', now()) else synced_at end
            where id = $1`,
    values: [id, problem],
  })
}

/** Has an installation read anew; asked for again before that begins, it is read once. */
export async function queueSync(database: Database, id: string, afterSeconds = 0): Promise<void> {
  await database.query({
    name: 'queue-github-sync',
    text: `select graphile_worker.add_job('github_sync', json_build_object('installation_id', $1::text),
             job_key => 'github_sync:' || $1, run_at => now() + make_interval(secs => $2))`,
    values: [id, afterSeconds],
  })
}
