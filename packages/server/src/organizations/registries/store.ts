import type { Database } from '../../platform/database/transaction.ts'

export interface LoginRow {
  readonly host: string
  readonly username: string
  readonly forks: boolean
  readonly updated_at: Date
}

/** Lists the logins of an organization by registry, without secrets. */
export async function listLogins(database: Database, organizationId: string): Promise<readonly LoginRow[]> {
  const { rows } = await database.query<LoginRow>({
    name: 'list-registry-logins',
    text: 'select host, username, forks, updated_at from registry_logins where organization_id = $1 order by host',
    values: [organizationId],
  })
  return rows
}

export interface SealedLogin extends Pick<LoginRow, 'username' | 'forks'> {
  /** A new id for each change. */
  readonly id: string
  readonly sealed_secret: Buffer
}

export interface LoginWrite extends SealedLogin {
  readonly organizationId: string
  readonly host: string
}

/** Inserts the login of a registry, or replaces it. */
export async function writeLogin(database: Database, login: LoginWrite): Promise<void> {
  const { organizationId, host, id, username, sealed_secret, forks } = login
  await database.query(
    `insert into registry_logins (organization_id, host, id, username, sealed_secret, forks) values ($1, $2, $3, $4, $5, $6)
     on conflict (organization_id, host) do update set id = excluded.id, username = excluded.username,
       sealed_secret = excluded.sealed_secret, forks = excluded.forks, updated_at = excluded.updated_at`,
    [organizationId, host, id, username, sealed_secret, forks],
  )
}

/** Returns false if the organization has no login of that registry. */
export async function deleteLogin(database: Database, organizationId: string, host: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from registry_logins where organization_id = $1 and host = $2', [
    organizationId,
    host,
  ])
  return rowCount === 1
}

/** Removes a login of any organization. */
export async function deleteLoginById(database: Database, id: string): Promise<void> {
  await database.query('delete from registry_logins where id = $1', [id])
}

/** Finds the login of a build's organization for a registry. */
export async function findLogin(database: Database, buildId: string, host: string): Promise<SealedLogin | undefined> {
  const { rows } = await database.query<SealedLogin>({
    name: 'find-registry-login',
    text: `select l.id, l.username, l.sealed_secret, l.forks
             from build_records r join pipelines p on p.id = r.pipeline_id
             join registry_logins l on l.organization_id = p.organization_id
            where r.id = $1 and l.host = $2`,
    values: [buildId, host],
  })
  return rows[0]
}
