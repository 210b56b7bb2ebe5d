import type pg from 'pg'
import type { Sealer } from '../platform/encryption/seal.ts'
import type { SessionCookies } from '../platform/http/authorization/session-cookies.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import type { Settings } from '../platform/settings/read-settings.ts'

/** What the worker needs to mail a link. */
export interface MailingServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly sealer: Sealer
}

/** What signing in, in whichever way, needs of the server. */
export interface SignInServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly limiter: RateLimiter
  readonly sessionCookies: SessionCookies
}
