import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken, newToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Caller } from '../../platform/http/index.ts'
import { askedNow, type Mail, queueMail } from '../../platform/mail/queue-mail.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { readKeyInput } from './key-input.ts'
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

/** Creates a personal key and notifies its owner by mail. Only the response contains the secret. */
export async function createApiToken(
  { pool, limiter, publicUrl }: ApiTokenServices,
  { actor, caller, body }: Asking,
): Promise<{ readonly token: string; readonly row: ApiKeyRow }> {
  const input = await readKeyInput(pool, caller, body)
  await limiter.take('tokens_user', caller.userId)
  const token = `hm_${newToken()}`
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
    await queueMail(client, newKeyMail({ to: email, publicUrl, key: made, actor }))
    return made
  })
  return { token, row }
}

interface NewKeyFacts {
  readonly to: string
  readonly publicUrl: string
  readonly key: ApiKeyRow
  readonly actor: Actor
}

function newKeyMail({ to, publicUrl, key, actor }: NewKeyFacts): Mail {
  const may = key.scopes === null ? 'It can do everything that you can.' : `Its scopes: ${key.scopes.join(', ')}.`
  const where = key.organizations === null ? '' : ` It is limited to ${key.organizations.join(', ')}.`
  const until =
    key.expires_at === null ? 'It does not expire.' : `It expires on ${key.expires_at.toISOString().slice(0, 10)}.`
  return {
    to,
    subject: 'New API key for your Harmont account',
    paragraphs: [`The API key "${key.description}" was created for your Harmont account. ${may}${where} ${until}`],
    link: { url: `${publicUrl}/account/keys`, label: 'View your API keys', lifetime: null },
    askedBy: askedNow(actor),
    otherwise:
      'If this was not you, revoke the key there, end all sessions and remove any passkey that you do not recognize.',
  }
}
