/** Runners join once, with a join key, and then sign with their own key. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Actor } from '../platform/audit/record-audit.ts'
import { transaction } from '../platform/database/transaction.ts'
import { hashToken } from '../platform/encryption/token.ts'
import { auditKey, isOrphan } from './keys.ts'
import { RunnerRefused } from './refusals.ts'

export interface JoinRequest {
  readonly key: string
  /** The runner's Ed25519 key: 32 bytes as base64url. */
  readonly publicKey: string
  /** The display name of its machine. */
  readonly name: string
}

interface KeyRow {
  readonly id: string
  readonly is_revoked: boolean
  readonly is_expired: boolean
  readonly is_used_up: boolean
}

/**
 * Registers a runner, and returns its id. Idempotent: a call with the same two keys returns the
 * same runner and uses the join key once. Throws `RunnerRefused`.
 */
export function joinRunner(pool: pg.Pool, { key, publicKey, name }: JoinRequest, actor: Actor): Promise<string> {
  return transaction(pool, async (client) => {
    const found = await client.query<KeyRow>(
      `select id, revoked_at is not null or ${isOrphan} as is_revoked, coalesce(expires_at <= now(), false) as is_expired,
              coalesce(used >= uses, false) as is_used_up
         from runner_keys k where key_hash = $1 for update`,
      [hashToken(key)],
    )
    const [row] = found.rows
    if (row === undefined || row.is_revoked)
      throw new RunnerRefused(
        'runner_key_invalid',
        'HARMONT_RUNNER_KEY: the server does not know this key, or it was revoked, or its creator has left. Create another one on the page Runners, or on the server with `npm start -- runner-key create`.',
      )
    const known = await client.query<{ id: string; key_id: string }>(
      'select id, key_id from runners where public_key = $1',
      [publicKey],
    )
    const [earlier] = known.rows
    if (earlier?.key_id === row.id) return earlier.id
    if (earlier !== undefined)
      throw new RunnerRefused(
        'runner_key_invalid',
        'HARMONT_RUNNER_KEY: this runner has joined with another key. Remove its data directory to join again.',
      )
    if (row.is_expired)
      throw new RunnerRefused('runner_key_expired', 'HARMONT_RUNNER_KEY: the key has expired. Create another one.')
    if (row.is_used_up)
      throw new RunnerRefused(
        'runner_key_used_up',
        'HARMONT_RUNNER_KEY: the maximum number of runners has joined with this key. Create another one.',
      )
    const id = randomUUID()
    await client.query('insert into runners (id, key_id, name, public_key) values ($1, $2, $3, $4)', [
      ...[id, row.id, name, publicKey],
    ])
    await client.query('update runner_keys set used = used + 1 where id = $1', [row.id])
    await auditKey(client, row.id, actor, { action: 'runner.joined', subject: id, details: { name, key: row.id } })
    return id
  })
}
