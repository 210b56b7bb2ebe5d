import type { Operation, OperationId } from '@harmont/contract'
import { hashToken } from '../../encryption/token.ts'
import type { RateLimiter } from '../../rate-limits/limiter.ts'
import type { LimitName } from '../../rate-limits/rules.ts'
import type { Caller } from '../request/caller.ts'

/**
 * The address limits that replace `anonymous` (`http.md` 12.3); null for none. Operations count
 * further limits themselves, such as sign-ins and mails, because these need more of the request.
 */
const addressLimits: Partial<Record<OperationId, LimitName | null>> = {
  // Probes of the operator's machines.
  getHealth: null,
  getReadiness: null,
  // Polled until somebody has signed in, by many clients behind one address. It is limited by
  // nonce.
  cliClaim: null,
  // Fetched by the proxies of forges on behalf of many readers.
  getBadge: 'badges_address',
  receiveWebhook: 'webhooks_address',
  stripeWebhook: 'webhooks_address',
}

/** Counts a request against its address, before authentication. Throws 429. */
export async function limitAddress(
  limiter: RateLimiter,
  { id, auth }: Operation,
  address: string,
  hasCredential: boolean,
): Promise<void> {
  const isOpen = auth === 'none' || auth === 'signature'
  // A request with a credential is counted against the credential, so that one client behind an
  // address cannot lock out others.
  if (!isOpen && hasCredential) return
  const name = addressLimits[id] === undefined ? 'anonymous' : addressLimits[id]
  if (name !== null) await limiter.take(name, address)
}

/**
 * Counts a refused credential like a request without one, because guesses are limited (G35). Throws
 * 429, or otherwise `refusal`.
 */
export async function refuseCredential(limiter: RateLimiter, address: string, refusal: unknown): Promise<never> {
  await limiter.take('anonymous', address)
  throw refusal
}

/** Counts a request against its credential. Throws 429. */
export async function limitCaller(limiter: RateLimiter, { method }: Operation, caller: Caller): Promise<void> {
  await limiter.take(method === 'GET' ? 'reads' : 'writes', caller.credentialId)
}

/**
 * Counts a request against a log or runner token, which the operation itself verifies. Throws 429.
 */
export async function limitToken(limiter: RateLimiter, token: string): Promise<void> {
  await limiter.take('reads', hashToken(token))
}
