import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { hashToken } from '../access/hash-token.ts'
import { transaction } from '../database/transaction.ts'
import { apiError, type Body } from '../http/index.ts'
import { FieldErrors } from '../input/field-errors.ts'
import { parseInstant } from '../input/instant.ts'
import { type ApiKeyRow, countLiveKeys, insertKey } from './store.ts'

const mostLiveKeys = 100

/** Makes a personal key. The secret is in the answer and nowhere else. */
export async function createApiToken(
  pool: pg.Pool,
  userId: string,
  body: Body<'createApiToken'>,
): Promise<{ readonly token: string; readonly row: ApiKeyRow }> {
  const { description, expiresAt } = readInput(body)
  const token = `hm_${randomBytes(32).toString('base64url')}`
  const row = await transaction(pool, async (client) => {
    if ((await countLiveKeys(client, userId)) >= mostLiveKeys)
      throw apiError('api_token_limit_reached', `You have ${mostLiveKeys} live API keys already; revoke one first.`)
    return insertKey(client, { id: randomUUID(), userId, description, tokenHash: hashToken(token), expiresAt })
  })
  return { token, row }
}

function readInput(body: Body<'createApiToken'>): { description: string; expiresAt: Date | null } {
  const errors = new FieldErrors()
  const description = body.description.trim()
  errors.length('description', description, 1, 255)
  const expiresAt = body.expires_at == null ? null : parseInstant(body.expires_at)
  if (expiresAt === undefined) errors.add('expires_at', 'must be an instant such as `2030-01-31T12:00:00Z`')
  else if (expiresAt !== null && expiresAt.getTime() <= Date.now()) errors.add('expires_at', 'must be in the future')
  errors.throwIfAny('api_token_invalid')
  return { description, expiresAt: expiresAt ?? null }
}
