import type pg from 'pg'
import { recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Client } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { lockUser } from '../accounts/store.ts'
import { startSession } from '../sessions/start-session.ts'
import { readPasteCode } from './paste-code.ts'
import { findLoginUser, type Kind, noteUnknownNonce, takeLogin, wasAskedFor } from './store.ts'

interface Fetching {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}

/** Who fetches: the CLI, to whose machine the session belongs. */
interface Fetcher {
  readonly client: Client
  readonly requestId: string
}

/** The token of a new session for whoever has the nonce. Throws 400 as long as no login is parked under it, and after one was fetched. */
export async function claimLogin({ pool, limiter }: Fetching, by: Fetcher, nonce: string): Promise<string> {
  const nonceHash = hashToken(nonce)
  const { address } = by.client
  await limiter.take('cli_claim_nonce', nonceHash)
  // A CLI polls for one nonce until its user is ready; only many different ones are guesses.
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

/** The token of a new session for whoever typed the code. Throws 400 for one that is unknown, used or expired. */
export async function redeemLogin({ pool, limiter }: Fetching, by: Fetcher, typed: string): Promise<string> {
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
  { client: from, requestId }: Fetcher,
  kind: Kind,
  secretHash: string,
): Promise<string | undefined> {
  const userId = await findLoginUser(pool, kind, secretHash)
  if (userId === undefined) return undefined
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    const taken = await takeLogin(client, { kind, secretHash, userId })
    if (taken === undefined) return undefined
    const session = await startSession(client, { userId, kind: 'cli', isCookie: false, client: from, ...taken })
    const actor = { userId, ...from, requestId }
    await recordAudit(client, actor, {
      organizationId: null,
      action: 'session.started',
      subject: session.id,
      details: { kind: 'cli', by: kind },
    })
    return session.token
  })
}
