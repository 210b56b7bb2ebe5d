import { ApiError } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'

/**
 * Does one step of a sign-in for an address, counted against its limit (G35): `sign_in_address` for what ends one, `challenges_address` for what begins one.
 * Refused attempts count once more, against a limit of their own. Throws 429.
 */
export async function limitSignIn<T>(
  limiter: RateLimiter,
  name: 'sign_in_address' | 'challenges_address',
  address: string,
  step: () => Promise<T>,
): Promise<T> {
  await limiter.check('sign_in_failures_address', address)
  await limiter.take(name, address)
  try {
    return await step()
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) await limiter.note('sign_in_failures_address', address)
    throw error
  }
}
