/** A runner replaces its key pair by a request that it signs with both. */
import type pg from 'pg'
import type { Actor } from '../platform/audit/record-audit.ts'
import { transaction } from '../platform/database/transaction.ts'
import { auditKey } from './keys.ts'
import { RunnerRefused } from './refusals.ts'
import { rotationText } from './signed-text.ts'
import { requireNext, requireRunner, requireSession, requireSignature, requireTrusted } from './tokens.ts'

export interface RotateRequest {
  readonly runner: string
  /** The count that the signatures are for; see `TokenRequest`. */
  readonly counter: number
  /** The session of the process that asks; null before it has one. */
  readonly session: number | null
  /** The new Ed25519 key: 32 bytes as base64url. */
  readonly public_key: string
  /** Signatures of `rotationText`, with the key that the server knows and with the new one. */
  readonly signature: string
  readonly new_signature: string
}

/**
 * Registers a runner's new key in place of its old one, and returns the count for its next
 * signature. May be repeated: a runner that was killed does not know whether this was done. Throws
 * `RunnerRefused`.
 */
export function rotateKey(pool: pg.Pool, request: RotateRequest, actor: Actor): Promise<{ readonly counter: number }> {
  const { runner, public_key: publicKey } = request
  return transaction(pool, async (client) => {
    const row = await requireRunner(client, runner)
    const text = rotationText(request)
    const isDone = row.public_key === publicKey
    if (!isDone) requireSignature(text, request.signature, row.public_key)
    requireSignature(text, request.new_signature, publicKey)
    requireTrusted(row)
    requireSession(request.session, row)
    if (isDone) return { counter: row.counter }
    const next = requireNext(request, row)
    const { rowCount } = await client.query(
      `update runners set public_key = $2, counter = $3
        where id = $1 and not exists (select from runners where public_key = $2)`,
      [runner, publicKey, next],
    )
    if (rowCount !== 1) throw new RunnerRefused('runner_request_invalid', 'Another runner has this key.')
    const details = { name: row.name }
    await auditKey(client, row.key_id, actor, { action: 'runner.key_rotated', subject: runner, details })
    return { counter: next }
  })
}
