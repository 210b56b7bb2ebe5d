import type pg from 'pg'
import type { Logger } from 'pino'
import { type AccountServices, accountRoutes } from './accounts/routes.ts'
import { apiTokenRoutes } from './api-tokens/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { authConfigRoutes } from './auth-config/routes.ts'
import type { BitbucketApp } from './bitbucket/app.ts'
import { bitbucketRoutes } from './bitbucket/routes.ts'
import { buildEventRoutes } from './build-events/routes.ts'
import { buildSourceRoutes } from './build-source/routes.ts'
import { buildViewRoutes } from './build-view/routes.ts'
import { type BuildServices, buildRoutes } from './builds/routes.ts'
import { cliLoginRoutes } from './cli-login/routes.ts'
import type { Sealer } from './encryption/seal.ts'
import type { ForgeProvider } from './forges/provider.ts'
import type { GithubApp } from './github/app-client.ts'
import { githubRoutes } from './github/routes.ts'
import { type HealthServices, healthRoutes } from './health/routes.ts'
import type { Handlers } from './http/index.ts'
import { inviteRoutes } from './invites/routes.ts'
import { type JobLogServices, jobLogRoutes } from './job-logs/routes.ts'
import { jobRoutes } from './jobs/routes.ts'
import { mailboxRoutes } from './mailbox/routes.ts'
import { memberRoutes } from './members/routes.ts'
import { type MetricsServices, metricsRoutes } from './metrics/routes.ts'
import { moneyRoutes } from './money/routes.ts'
import type { IdentityProvider, IdentityProviderName } from './oauth/identity-provider.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { overviewRoutes } from './overviews/routes.ts'
import { passkeyRoutes } from './passkeys/routes.ts'
import { paymentRoutes } from './payments/routes.ts'
import type { StripeAccount } from './payments/stripe.ts'
import { pipelineRoutes } from './pipelines/routes.ts'
import type { RateLimiter } from './rate-limits/limiter.ts'
import { recoveryRoutes } from './recovery/routes.ts'
import { repositoryRoutes } from './repositories/routes.ts'
import { secretRoutes } from './secrets/routes.ts'
import type { SessionCookies } from './sessions/cookies.ts'
import { sessionRoutes } from './sessions/routes.ts'
import type { Settings } from './settings/read-settings.ts'
import { setupRoutes } from './setup/routes.ts'
import { type ShellRouteServices, shellRoutes } from './shells/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** What every feature may ask for; each names in its own interface what it does. */
export interface Services extends AccountServices, BuildServices, HealthServices, JobLogServices, MetricsServices {
  readonly pool: pg.Pool
  readonly log: Logger
  readonly settings: Settings
  /** Keeps secrets encrypted in the database. */
  readonly sealer: Sealer
  readonly limiter: RateLimiter
  /** By name; those that are not set up are there too, and say so. */
  readonly forges: ReadonlyMap<string, ForgeProvider>
  /** null: not set up. */
  readonly githubApp: GithubApp | null
  /** null: not set up. */
  readonly bitbucket: BitbucketApp | null
  /** Those that the operator has set up. */
  readonly identityProviders: ReadonlyMap<IdentityProviderName, IdentityProvider>
  /** null: not set up. */
  readonly stripe: StripeAccount | null
  readonly sessionCookies: SessionCookies
}

/** Every operation that this server fills, feature by feature. */
export function allRoutes(services: Services & ShellRouteServices): Handlers {
  return {
    ...healthRoutes(services),
    ...metricsRoutes(services),
    ...accountRoutes(services),
    ...apiTokenRoutes(services),
    ...organizationRoutes(services),
    ...pipelineRoutes(services),
    ...oauthRoutes(services),
    ...githubRoutes(services),
    ...bitbucketRoutes(services),
    ...repositoryRoutes(services),
    ...webhookRoutes(services),
    ...buildRoutes(services),
    ...buildSourceRoutes(services),
    ...jobRoutes(services),
    ...shellRoutes(services),
    ...secretRoutes(services),
    ...jobLogRoutes(services),
    ...buildEventRoutes(services),
    ...buildViewRoutes(services),
    ...moneyRoutes(services),
    ...paymentRoutes(services),
    ...overviewRoutes(services),
    ...sessionRoutes(services),
    ...cliLoginRoutes(services),
    ...memberRoutes(services),
    ...inviteRoutes(services),
    ...auditRoutes(services),
    ...mailboxRoutes(services),
    ...passkeyRoutes(services),
    ...recoveryRoutes(services),
    ...setupRoutes(services),
    ...authConfigRoutes(services),
  }
}
