/** Replaces a runner's key pair, by a request signed with both. */
import type pg from 'pg'
import type { Actor } from '../platform/audit/record-audit.ts'
import { transaction } from '../platform/database/transaction.ts'
import { auditKey } from './keys.ts'
import { RunnerRefused } from './refusals.ts'
import { rotationText } from './signed-text.ts'
import { requireNext, requireRunner, requireSession, requireSignature, requireTrusted } from './tokens.ts'

export interface RotateRequest {
  readonly runner: string
  /** The counter in the signatures; see `TokenRequest`. */
  readonly counter: number
  /** The session of the requesting process; null before it has one. */
  readonly session: number | null
  /** The new Ed25519 key: 32 bytes as base64url. */
  readonly public_key: string
  /** Signatures of `rotationText`, with the registered key and with the new one. */
  readonly signature: string
  readonly new_signature: string
}

/**
 * Replaces a runner's registered key with the new one, and returns the counter for its next
 * signature. Idempotent: a runner that was killed cannot know whether the call took effect. Throws
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
