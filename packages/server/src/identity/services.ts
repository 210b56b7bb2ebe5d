import type pg from 'pg'
import type { Sealer } from '../platform/encryption/seal.ts'
import type { SessionCookies } from '../platform/http/authorization/session-cookies.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import type { IdentityProviders } from './oauth/identity-provider.ts'

/** The services for the worker's tasks that mail links. */
export interface MailingServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly sealer: Sealer
}

/** The services shared by all sign-in methods. */
export interface SignInServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly limiter: RateLimiter
  readonly sessionCookies: SessionCookies
}

export interface OAuthServices extends SignInServices {
  readonly sealer: Sealer
  readonly identityProviders: IdentityProviders
}
