import type { Database } from '../../platform/database/transaction.ts'
import type { Scope } from '../../platform/http/index.ts'

export interface ApiKeyRow {
  readonly id: string
  readonly description: string
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  /** null: all four. */
  readonly scopes: readonly Scope[] | null
  /** The slugs of the organizations that the key is limited to; null: all of the user's. */
  readonly organizations: readonly string[] | null
}

const columns = `id, description, created_at, expires_at, last_used_at, scopes,
  case when organization_ids is not null
       then array(select o.slug from organizations o where o.id = any (organization_ids) order by o.slug) end as organizations`

/** Lists keys, newest first, including expired ones until the sweep removes them. */
export async function listKeys(database: Database, userId: string): Promise<readonly ApiKeyRow[]> {
  const { rows } = await database.query<ApiKeyRow>(
    `select ${columns} from api_keys where user_id = $1 order by created_at desc, id desc`,
    [userId],
  )
  return rows
}

/** Counts live keys. Must be called after `lockUser`, which serializes the creation of keys. */
export async function countLiveKeys(database: Database, userId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from api_keys where user_id = $1 and (expires_at is null or expires_at > now())',
    [userId],
  )
  return rows[0]?.count ?? 0
}

export interface NewKey {
  readonly id: string
  readonly userId: string
  readonly description: string
  readonly tokenHash: string
  readonly expiresAt: Date | null
  readonly scopes: readonly Scope[] | null
  readonly organizationIds: readonly string[] | null
  /** The key that creates this one, which ends with it. */
  readonly madeByKeyId: string | null
}

export async function insertKey(database: Database, key: NewKey): Promise<ApiKeyRow> {
  const { rows } = await database.query<ApiKeyRow>(
    `insert into api_keys (id, user_id, description, token_hash, expires_at, scopes, organization_ids, made_by_key_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
    [
      ...[key.id, key.userId, key.description, key.tokenHash],
      ...[key.expiresAt, key.scopes, key.organizationIds, key.madeByKeyId],
    ],
  )
  const [row] = rows
  if (row === undefined) throw new Error('the inserted key was not returned')
  return row
}

/** Returns false if the user has no such key. */
export async function deleteKey(database: Database, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from api_keys where id = $1 and user_id = $2', [id, userId])
  return rowCount === 1
}
