import type pg from 'pg'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import type { SessionCookies } from '../sessions/cookies.ts'
import type { Settings } from '../settings/read-settings.ts'

/** What signing in, in whichever way, needs of the server. */
export interface SignInServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly limiter: RateLimiter
  readonly sessionCookies: SessionCookies
}
