import type { Operation, OperationId } from '@harmont/contract'
import { hashToken } from '../access/hash-token.ts'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import type { LimitName } from '../rate-limits/rules.ts'
import type { Caller } from './caller.ts'

/**
 * Limits by address that count instead of `anonymous` (`http.md` 12.3); an empty list where the operation counts for itself. Probes of the operator's own
 * machines are not counted at all.
 */
const addressLimits: Partial<Record<OperationId, readonly LimitName[]>> = {
  getHealth: [],
  getReadiness: [],
  cliClaim: [],
  cliRedeem: [],
  authGoogle: ['sign_in_address'],
  authGithub: ['sign_in_address'],
  finishOAuth: ['sign_in_address'],
  passkeySignupFinalize: ['sign_in_address'],
  passkeyLoginFinalize: ['sign_in_address'],
  recoverFinalize: ['sign_in_address'],
  setupComplete: ['sign_in_address'],
  startOAuth: ['challenges_address'],
  passkeySignupOptions: ['challenges_address'],
  passkeyLoginOptions: ['challenges_address'],
  recoverOptions: ['challenges_address'],
  setupOptions: ['challenges_address'],
  receiveWebhook: ['webhooks_address'],
  stripeWebhook: ['webhooks_address'],
}

/** Limits by user beside those of the credential. */
const userLimits: Partial<Record<OperationId, readonly LimitName[]>> = {
  cliCode: ['cli_grant_user'],
  cliTransfer: ['cli_grant_user'],
  createApiToken: ['tokens_user'],
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
  for (const name of addressLimits[id] ?? ['anonymous']) await limiter.take(name, address)
}

/** Counts a credential that turned out to be none like a request without one: guesses are limited (G35). Throws 429, else `refusal`. */
export async function refuseCredential(limiter: RateLimiter, address: string, refusal: unknown): Promise<never> {
  await limiter.take('anonymous', address)
  throw refusal
}

/** Takes what a request costs its credential and user. Throws 429. */
export async function limitCaller(limiter: RateLimiter, { id, method }: Operation, caller: Caller): Promise<void> {
  await limiter.take(method === 'GET' ? 'reads' : 'writes', caller.credentialId)
  for (const name of userLimits[id] ?? []) await limiter.take(name, caller.userId)
}

/** The same for a log or runner token, which the operation itself judges. */
export async function limitToken(limiter: RateLimiter, token: string): Promise<void> {
  await limiter.take('reads', hashToken(token))
}
