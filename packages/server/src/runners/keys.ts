/** Keys with which runners join. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, type AuditEvent, recordAudit, systemActor } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import { hashToken, newToken } from '../platform/encryption/token.ts'
import { apiError } from '../platform/http/index.ts'

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
  readonly createdAt: Date
  /** Its creator; null for the operator's command, and for a deleted account. */
  readonly madeBy: string | null
  /** Whether its creator may no longer create keys; then no runner can join with it. */
  readonly isOrphan: boolean
  readonly revokedAt: Date | null
}

/**
 * A condition: the person who created key `k` may no longer create keys, since they left the
 * organization or have another role.
 */
export const isOrphan = `(k.by_person and not k.every_organization and not exists (
  select from runner_key_organizations l join memberships m on m.organization_id = l.organization_id and m.user_id = k.made_by
   where l.key_id = k.id and m.role in ('owner', 'admin')))`

/**
 * The maximum number of valid keys of one organization that people created. A key is valid until it
 * is used up, expires or is revoked.
 */
const mostLiveKeys = 100

/**
 * Creates a key and returns it; only its hash is stored. Throws 409 if people have created too
 * many.
 */
export async function createRunnerKey(
  pool: pg.Pool,
  made: NewRunnerKey,
  actor: Actor = systemActor,
): Promise<{ readonly id: string; readonly key: string }> {
  const [id, key] = [randomUUID(), newToken()]
  await transaction(pool, async (client) => {
    if (actor.userId !== null) await requireRoom(client, made.organizations ?? [])
    await client.query(
      `insert into runner_keys (id, key_hash, pool, labels, every_organization, gets_secrets, uses, expires_at, by_person, made_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        hashToken(key),
        made.pool,
        made.labels,
        made.organizations === null,
        made.getsSecrets,
        made.uses,
        made.expiresAt,
        actor.userId !== null,
        actor.userId,
      ],
    )
    await client.query('insert into runner_key_organizations (key_id, organization_id) select $1, unnest($2::uuid[])', [
      id,
      made.organizations ?? [],
    ])
    const details = { pool: made.pool, labels: made.labels, secrets: made.getsSecrets }
    await auditKey(client, id, actor, { action: 'runner_key.created', subject: id, details })
  })
  return { id, key }
}

async function requireRoom(client: Database, organizations: readonly string[]): Promise<void> {
  // Serialises concurrent requests, so that their count is correct.
  await client.query('select from organizations where id = any($1) for no key update', [organizations])
  const { rows } = await client.query<{ keys: number }>(
    `select count(*)::int as keys from runner_key_organizations l join runner_keys k on k.id = l.key_id
      where l.organization_id = any($1) and k.revoked_at is null and coalesce(k.expires_at > now(), true)
        and coalesce(k.used < k.uses, true)`,
    [organizations],
  )
  if ((rows[0]?.keys ?? 0) < mostLiveKeys) return
  throw apiError(
    'runner_key_limit_reached',
    `The organization already has ${mostLiveKeys} keys with which runners may join; revoke some that are not needed.`,
  )
}

/** Lists the join keys of an organization, or all, newest first. */
export async function listRunnerKeys(
  database: Database,
  organizationId: string | null = null,
): Promise<readonly RunnerKey[]> {
  const { rows } = await database.query<RunnerKey>({
    name: 'list-runner-keys',
    text: `select k.id, k.pool, k.labels, k.gets_secrets as "getsSecrets", k.uses, k.used, k.created_at as "createdAt",
            k.expires_at as "expiresAt", k.revoked_at as "revokedAt", ${isOrphan} as "isOrphan",
            (select coalesce(u.name, u.email) from users u where u.id = k.made_by) as "madeBy", case when not k.every_organization then array(
              select o.slug from runner_key_organizations l join organizations o on o.id = l.organization_id
               where l.key_id = k.id order by o.slug) end as organizations
       from runner_keys k
      where $1::uuid is null or k.every_organization
         or exists (select from runner_key_organizations l where l.key_id = k.id and l.organization_id = $1)
      order by k.created_at desc, k.id`,
    values: [organizationId],
  })
  return rows
}

/** Whether runners on other machines have joined, or may join. */
export async function hasOtherRunners(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `select exists (select from runner_keys where revoked_at is null)
         or exists (select from runners where revoked_at is null) as found`,
  )
  return rows[0]?.found === true
}

/**
 * Revokes a key, so that no runner can join with it. Runners that have joined are not affected.
 * Returns false if there is no such key.
 */
export async function revokeRunnerKey(pool: pg.Pool, id: string, actor: Actor = systemActor): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ pool: string }>(
      'update runner_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning pool',
      [id],
    )
    const [row] = rows
    if (row === undefined) return false
    await auditKey(client, id, actor, { action: 'runner_key.revoked', subject: id, details: row })
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
