/** `hm login`: the web app parks a login under a nonce or a code, and the CLI fetches it. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { type Actor, actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Caller, type Client, type Handlers, operation } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { lockUser } from '../accounts/store.ts'
import { startSession } from '../sessions/start-session.ts'
import { findLoginUser, insertLogin, type Kind, noteUnknownNonce, takeLogin, wasAskedFor } from './store.ts'

/** Signing in the CLI with the web app's session (`http.md` 3.3). */
export function cliLoginRoutes(services: {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}): Pick<Handlers, 'cliTransfer' | 'cliClaim' | 'cliCode' | 'cliRedeem'> {
  const { pool, limiter } = services
  return {
    cliTransfer: operation('cliTransfer', async (context) => {
      await limiter.take('cli_grant_user', context.caller.userId)
      await parkUnderNonce(pool, actorOf(context), context.caller, context.body.nonce)
      return { status: 204 }
    }),
    cliClaim: operation('cliClaim', async (context) => ({
      status: 200,
      body: { token: await claimLogin(services, context, context.body.nonce) },
    })),
    cliCode: operation('cliCode', async (context) => {
      await limiter.take('cli_grant_user', context.caller.userId)
      return { status: 200, body: { code: await parkUnderCode(pool, actorOf(context), context.caller) } }
    }),
    cliRedeem: operation('cliRedeem', async (context) => ({
      status: 200,
      body: { token: await redeemLogin(services, context, context.body.code) },
    })),
  }
}

const nonceSeconds = 60
const codeSeconds = 5 * 60
const visible = /^[\x21-\x7e]*$/

/** Parks a login of the caller under a CLI's nonce. Throws 409 for another user's nonce. */
async function parkUnderNonce(pool: pg.Pool, actor: Actor, caller: Caller, nonce: string): Promise<void> {
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

/** Parks a login of the caller. Returns the code that the user types into the CLI. */
async function parkUnderCode(pool: pg.Pool, actor: Actor, caller: Caller): Promise<string> {
  for (;;) {
    const code = newPasteCode()
    if (await park(pool, actor, caller, { kind: 'code', secret: code, seconds: codeSeconds })) return code
  }
}

interface Parking {
  readonly kind: Kind
  readonly secret: string
  readonly seconds: number
}

async function park(pool: pg.Pool, actor: Actor, caller: Caller, { kind, secret, seconds }: Parking): Promise<boolean> {
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

interface FetchServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}

/** The request of the CLI that fetches the session. */
interface Fetcher {
  readonly client: Client
  readonly requestId: string
}

/** Returns a new session's token for a nonce. Throws 400 unless a login is parked under it. */
async function claimLogin({ pool, limiter }: FetchServices, by: Fetcher, nonce: string): Promise<string> {
  const nonceHash = hashToken(nonce)
  const { address } = by.client
  await limiter.take('cli_claim_nonce', nonceHash)
  // A CLI polls with one nonce until its user is ready; many different nonces are guesses.
  const isRepeat = await wasAskedFor(pool, address, nonceHash)
  if (!isRepeat) await limiter.check('cli_claim_unknown_address', address)
  const token = await fetchLogin(pool, by, 'nonce', nonceHash)
  if (token !== undefined) return token
  if (await noteUnknownNonce(pool, address, nonceHash)) await limiter.note('cli_claim_unknown_address', address)
  throw apiError(
    'cli_code_invalid',
    'No login is waiting for this `nonce`: it is not ready yet, was already fetched, or expired after 60 s.',
  )
}

/** Returns a new session's token for a code. Throws 400 for an unknown, used or expired one. */
async function redeemLogin({ pool, limiter }: FetchServices, by: Fetcher, typed: string): Promise<string> {
  const { address } = by.client
  const limits = ['cli_redeem_failures_address', 'cli_redeem_failures_hourly_address'] as const
  for (const limit of limits) await limiter.check(limit, address)
  const token = await fetchLogin(pool, by, 'code', hashToken(readPasteCode(typed)))
  if (token !== undefined) return token
  for (const limit of limits) await limiter.note(limit, address)
  throw apiError(
    'cli_code_invalid',
    'The `code` is unknown, used or older than 5 minutes; get a new one at /cli-login.',
  )
}

async function fetchLogin(
  pool: pg.Pool,
  fetcher: Fetcher,
  kind: Kind,
  secretHash: string,
): Promise<string | undefined> {
  const userId = await findLoginUser(pool, kind, secretHash)
  if (userId === undefined) return undefined
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    const taken = await takeLogin(client, { kind, secretHash, userId })
    if (taken === undefined) return undefined
    const actor = { ...actorOf(fetcher), userId }
    const session = await startSession(client, { userId, kind: 'cli', isCookie: false, client: actor, ...taken })
    await recordAudit(client, actor, {
      organizationId: null,
      action: 'session.started',
      subject: session.id,
      details: { kind: 'cli', by: kind },
    })
    return session.token
  })
}

// Crockford's digits: without I, L, O and U, which look like others.
const codeDigits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 16

/** Returns a code that a person can type: 16 of 32 digits, drawn uniformly (80 bits). */
export function newPasteCode(): string {
  return Array.from(randomBytes(codeLength), (byte) => codeDigits[byte % codeDigits.length]).join('')
}

/** Normalizes a typed code: upper case, no white space or hyphens, look-alikes replaced. */
export function readPasteCode(typed: string): string {
  return typed.replace(/[\s-]/g, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
}
