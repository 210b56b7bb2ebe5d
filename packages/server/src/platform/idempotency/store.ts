import type { Database } from '../database/transaction.ts'
import type { ScopedKey, StoredAnswer } from '../http/index.ts'

/** A key, with the id of the request that holds it. */
export interface HeldKey extends ScopedKey {
  readonly attemptId: string
}

/** The state of a key that cannot be taken. */
interface KnownKey {
  readonly requestHash: string | null
  /** null while the request is running. */
  readonly answer: StoredAnswer | null
}

/** The outcome that an earlier holder recorded. */
export interface Left {
  readonly subject: string | null
  readonly request_hash: string | null
}

/** The end of a lease. Another request can take the key 20 s after its holder dies. */
const lease = "now() + interval '20 seconds'"
const isOver = "(known.created_at <= now() - interval '24 hours')"
const isAbandoned = '(known.status is null and known.lease_until <= now())'
const ofHolder = 'user_id = $1 and operation_id = $2 and key = $3 and attempt_id = $4'

function valuesOf({ userId, operationId, key, attemptId }: HeldKey): unknown[] {
  return [userId, operationId, key, attemptId]
}

/** Returns undefined for a key that can be taken. Does not wait for locks. */
export async function findKnown(database: Database, key: ScopedKey): Promise<KnownKey | undefined> {
  const { rows } = await database.query<{
    request_hash: string | null
    status: number | null
    headers: string | null
    body: string | null
  }>({
    name: 'find-idempotency-key',
    text: `select request_hash, status, headers, body from idempotency_keys as known
            where user_id = $1 and operation_id = $2 and key = $3 and not ${isOver} and not ${isAbandoned}`,
    values: [key.userId, key.operationId, key.key],
  })
  const [row] = rows
  if (row === undefined) return undefined
  const { request_hash: requestHash, status, headers, body } = row
  const answer =
    status === null ? null : { status, headers: JSON.parse(headers ?? '{}'), body: JSON.parse(body ?? 'null') }
  return { requestHash, answer }
}

/**
 * Takes a key that is new, expired or abandoned. Returns undefined if another request took it
 * first.
 */
export async function takeKey(database: Database, held: HeldKey): Promise<Left | undefined> {
  const { rows } = await database.query<Left>({
    name: 'take-idempotency-key',
    text: `insert into idempotency_keys as known (user_id, operation_id, key, attempt_id, lease_until)
           values ($1, $2, $3, $4, ${lease})
           on conflict (user_id, operation_id, key) do update
             set attempt_id = excluded.attempt_id,
                 lease_until = excluded.lease_until,
                 created_at = case when ${isOver} then excluded.created_at else known.created_at end,
                 request_hash = case when ${isOver} then null else known.request_hash end,
                 subject = case when ${isOver} then null else known.subject end,
                 status = null, headers = null, body = null
           where ${isOver} or ${isAbandoned}
           returning subject, request_hash`,
    values: valuesOf(held),
  })
  return rows[0]
}

/** Extends the lease. */
export async function renewLease(database: Database, held: HeldKey): Promise<void> {
  await database.query({
    name: 'renew-idempotency-lease',
    text: `update idempotency_keys set lease_until = ${lease} where ${ofHolder}`,
    values: valuesOf(held),
  })
}

/** Records the outcome. Returns false if another request has taken over the key. */
export async function recordSubject(
  database: Database,
  held: HeldKey,
  subject: string,
  requestHash: string,
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'keep-idempotency-subject',
    text: `update idempotency_keys set subject = $5, request_hash = $6, lease_until = ${lease} where ${ofHolder}`,
    values: [...valuesOf(held), subject, requestHash],
  })
  return rowCount === 1
}

/** Stores the response. Does nothing if another request has taken over the key. */
export async function storeAnswer(
  database: Database,
  held: HeldKey,
  requestHash: string,
  { status, headers, body }: StoredAnswer,
): Promise<void> {
  await database.query({
    name: 'keep-idempotency-answer',
    text: `update idempotency_keys set request_hash = $5, status = $6, headers = $7, body = $8 where ${ofHolder}`,
    values: [...valuesOf(held), requestHash, status, JSON.stringify(headers), JSON.stringify(body ?? null)],
  })
}

/**
 * Removes the key if no outcome was recorded; otherwise lets the next request render the response.
 */
export async function releaseKey(database: Database, held: HeldKey): Promise<void> {
  await database.query({
    name: 'forget-idempotency-key',
    text: `delete from idempotency_keys where ${ofHolder} and subject is null`,
    values: valuesOf(held),
  })
  await database.query({
    name: 'release-idempotency-key',
    text: `update idempotency_keys set lease_until = now() where ${ofHolder} and status is null`,
    values: valuesOf(held),
  })
}

/** Removes expired keys. Returns how many. */
export async function removeOldKeys(database: Database): Promise<number> {
  const { rowCount } = await database.query(`delete from idempotency_keys as known where ${isOver}`)
  return rowCount ?? 0
}
