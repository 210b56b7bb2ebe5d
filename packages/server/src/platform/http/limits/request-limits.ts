import type { Operation, OperationId } from '@harmont/contract'
import { hashToken } from '../../encryption/token.ts'
import type { RateLimiter } from '../../rate-limits/limiter.ts'
import type { LimitName } from '../../rate-limits/rules.ts'
import type { Caller } from '../request/caller.ts'

/**
 * The limit by address that counts instead of `anonymous` (`http.md` 12.3); null for none. What an operation limits beside that, sign-ins or mails, it counts
 * itself, when it knows more of the request.
 */
const addressLimits: Partial<Record<OperationId, LimitName | null>> = {
  // Probes of the operator's own machines.
  getHealth: null,
  getReadiness: null,
  // Polled until somebody has signed in, by many behind one address: counted by nonce.
  cliClaim: null,
  receiveWebhook: 'webhooks_address',
  stripeWebhook: 'webhooks_address',
}

/** Takes what a request costs its address before anybody looks at who sent it. Throws 429. */
export async function limitAddress(
  limiter: RateLimiter,
  { id, auth }: Operation,
  address: string,
  hasCredential: boolean,
): Promise<void> {
  const isOpen = auth === 'none' || auth === 'signature'
  // Whoever shows a credential is counted by it, so that one neighbour behind the same address cannot lock others out.
  if (!isOpen && hasCredential) return
  const name = addressLimits[id] === undefined ? 'anonymous' : addressLimits[id]
  if (name !== null) await limiter.take(name, address)
}

/** Counts a credential that turned out to be none like a request without one: guesses are limited (G35). Throws 429, else `refusal`. */
export async function refuseCredential(limiter: RateLimiter, address: string, refusal: unknown): Promise<never> {
  await limiter.take('anonymous', address)
  throw refusal
}

/** Takes what a request costs its credential. Throws 429. */
export async function limitCaller(limiter: RateLimiter, { method }: Operation, caller: Caller): Promise<void> {
  await limiter.take(method === 'GET' ? 'reads' : 'writes', caller.credentialId)
}

/** The same for a log or runner token, which the operation itself judges. */
export async function limitToken(limiter: RateLimiter, token: string): Promise<void> {
  await limiter.take('reads', hashToken(token))
}
