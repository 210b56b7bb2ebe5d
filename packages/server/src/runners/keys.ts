/** Keys with which runners join. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, type AuditEvent, recordAudit, systemActor } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { hashToken, newToken } from '../platform/encryption/token.ts'

export interface NewRunnerKey {
  readonly pool: string
  readonly labels: readonly string[]
  /** Ids of the organizations whose jobs its runners may take; null for all. */
  readonly organizations: readonly string[] | null
  readonly getsSecrets: boolean
  /** How many runners may join with it; null for any number. */
  readonly uses: number | null
  readonly expiresAt: Date | null
}

export interface RunnerKey extends Omit<NewRunnerKey, 'organizations'> {
  readonly id: string
  /** Slugs of organizations; null for all. */
  readonly organizations: readonly string[] | null
  readonly used: number
  readonly revokedAt: Date | null
}

/** Makes a key, and returns it: only its hash is kept. */
export async function createRunnerKey(
  pool: pg.Pool,
  made: NewRunnerKey,
): Promise<{ readonly id: string; readonly key: string }> {
  const [id, key] = [randomUUID(), newToken()]
  await transaction(pool, async (client) => {
    await client.query(
      `insert into runner_keys (id, key_hash, pool, labels, every_organization, gets_secrets, uses, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        id,
        hashToken(key),
        made.pool,
        made.labels,
        made.organizations === null,
        made.getsSecrets,
        made.uses,
        made.expiresAt,
      ],
    )
    await client.query('insert into runner_key_organizations (key_id, organization_id) select $1, unnest($2::uuid[])', [
      id,
      made.organizations ?? [],
    ])
    const details = { pool: made.pool, labels: made.labels, secrets: made.getsSecrets }
    await auditKey(client, id, systemActor, { action: 'runner_key.created', subject: id, details })
  })
  return { id, key }
}

/** Lists all keys, newest first. */
export async function listRunnerKeys(database: Database): Promise<readonly RunnerKey[]> {
  const { rows } = await database.query<RunnerKey>(
    `select k.id, k.pool, k.labels, k.gets_secrets as "getsSecrets", k.uses, k.used, k.expires_at as "expiresAt",
            k.revoked_at as "revokedAt", case when not k.every_organization then array(
              select o.slug from runner_key_organizations l join organizations o on o.id = l.organization_id
               where l.key_id = k.id order by o.slug) end as organizations
       from runner_keys k order by k.created_at desc, k.id`,
  )
  return rows
}

/** Revokes a key: no runner joins with it any more. Those that have joined stay. False: none. */
export async function revokeRunnerKey(pool: pg.Pool, id: string): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update runner_keys set revoked_at = coalesce(revoked_at, now()) where id = $1',
      [id],
    )
    if (rowCount !== 1) return false
    await auditKey(client, id, systemActor, { action: 'runner_key.revoked', subject: id })
    return true
  })
}

/** Records an event in the audit log of each organization that a key is for. */
export async function auditKey(
  client: Database,
  keyId: string,
  actor: Actor,
  event: Omit<AuditEvent, 'organizationId'>,
): Promise<void> {
  const { rows } = await client.query<{ organization_id: string | null }>(
    `select organization_id from runner_key_organizations where key_id = $1
     union all select null from runner_keys where id = $1 and every_organization`,
    [keyId],
  )
  for (const { organization_id: organizationId } of rows) await recordAudit(client, actor, { ...event, organizationId })
}

/** Returns the ids of organizations by their slugs. */
export async function findOrganizations(
  database: Database,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ id: string; slug: string }>(
    'select id, slug from organizations where slug = any($1) and deleted_at is null',
    [slugs],
  )
  return new Map(rows.map(({ id, slug }) => [slug, id]))
}
