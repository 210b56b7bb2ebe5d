import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Caller } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { readKeyInput } from './key-input.ts'
import { newKeyNotice } from './new-key-notice.ts'
import { type ApiKeyRow, countLiveKeys, insertKey } from './store.ts'

const mostLiveKeys = 100

export interface ApiTokenServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly publicUrl: string
}

interface Asking {
  readonly actor: Actor
  readonly caller: Caller
  readonly body: Body<'createApiToken'>
}

/** Makes a personal key, and tells its owner by mail. The secret is in the answer and nowhere else. */
export async function createApiToken(
  { pool, limiter, publicUrl }: ApiTokenServices,
  { actor, caller, body }: Asking,
): Promise<{ readonly token: string; readonly row: ApiKeyRow }> {
  const input = await readKeyInput(pool, caller, body)
  await limiter.take('tokens_user', caller.userId)
  const token = `hm_${randomBytes(32).toString('base64url')}`
  const row = await transaction(pool, async (client) => {
    await lockUser(client, caller.userId)
    if ((await countLiveKeys(client, caller.userId)) >= mostLiveKeys)
      throw apiError('api_token_limit_reached', `You already have ${mostLiveKeys} active API keys; revoke one first.`)
    const owner = { userId: caller.userId, madeByKeyId: caller.keyId }
    const key = { id: randomUUID(), ...owner, tokenHash: hashToken(token), ...input }
    const made = await insertKey(client, key)
    const { description, scopes, organizations, expires_at } = made
    await recordAudit(client, actor, {
      organizationId: null,
      action: 'api_token.created',
      subject: made.id,
      details: { description, scopes, organizations, expires_at },
    })
    const { email } = await getAccount(client, caller.userId)
    await queueMail(client, newKeyNotice({ to: email, publicUrl, key: made, actor, at: new Date() }))
    return made
  })
  return { token, row }
}
