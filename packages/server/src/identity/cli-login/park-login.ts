import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Caller } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { newPasteCode } from './paste-code.ts'
import { insertLogin, type Kind } from './store.ts'

const nonceSeconds = 60
const codeSeconds = 5 * 60
const visible = /^[\x21-\x7e]*$/

/** Parks a login of the caller for the CLI that made this nonce. Throws 409 when another user has done that. */
export async function parkUnderNonce(pool: pg.Pool, actor: Actor, caller: Caller, nonce: string): Promise<void> {
  const errors = new FieldErrors()
  errors.length('nonce', nonce, 16, 256)
  if (!visible.test(nonce)) errors.add('nonce', 'must contain only visible ASCII characters')
  errors.throwIfAny('request_invalid')
  if (await park(pool, actor, caller, { kind: 'nonce', secret: nonce, seconds: nonceSeconds })) return
  throw apiError(
    'cli_nonce_taken',
    'Another user is signing in a CLI with this `nonce`; start the login again in the CLI.',
  )
}

/** Parks a login of the caller for the CLI whose user will type the code that this gives. */
export async function parkUnderCode(pool: pg.Pool, actor: Actor, caller: Caller): Promise<string> {
  for (;;) {
    const code = newPasteCode()
    if (await park(pool, actor, caller, { kind: 'code', secret: code, seconds: codeSeconds })) return code
  }
}

interface Wish {
  readonly kind: Kind
  readonly secret: string
  readonly seconds: number
}

async function park(pool: pg.Pool, actor: Actor, caller: Caller, { kind, secret, seconds }: Wish): Promise<boolean> {
  return transaction(pool, async (client) => {
    const isParked = await insertLogin(client, {
      kind,
      secretHash: hashToken(secret),
      userId: caller.userId,
      sessionId: caller.kind === 'session' ? caller.credentialId : null,
      keyId: caller.kind === 'key' ? caller.credentialId : null,
      seconds,
    })
    if (isParked)
      await recordAudit(client, actor, { organizationId: null, action: 'cli_login.parked', details: { kind } })
    return isParked
  })
}
