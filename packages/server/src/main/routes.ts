import type pg from 'pg'
import type { Logger } from 'pino'
import { paymentRoutes } from '../billing/payments/routes.ts'
import type { StripeAccount } from '../billing/payments/stripe.ts'
import { billingRoutes } from '../billing/routes.ts'
import { annotationRoutes } from '../builds/annotations/routes.ts'
import { approvalRoutes } from '../builds/approval/routes.ts'
import { artifactRoutes } from '../builds/artifacts/routes.ts'
import { jobRoutes } from '../builds/jobs/routes.ts'
import { overviewRoutes } from '../builds/overviews/routes.ts'
import { type BuildServices, buildRoutes } from '../builds/records/routes.ts'
import { type ShellRouteServices, shellRoutes } from '../builds/shells/routes.ts'
import { buildSourceRoutes } from '../builds/source/routes.ts'
import { type SubmitRouteServices, submitRoutes } from '../builds/submit/routes.ts'
import { buildTestRoutes } from '../builds/tests/build-tests.ts'
import { pipelineTestRoutes } from '../builds/tests/pipeline-tests.ts'
import { buildViewRoutes } from '../builds/view/build-view.ts'
import type { CostOf } from '../builds/view/view-of-build.ts'
import type { BitbucketApp } from '../forges/bitbucket/app.ts'
import { bitbucketRoutes } from '../forges/bitbucket/routes.ts'
import type { Forges } from '../forges/forge/forge.ts'
import type { GithubApp } from '../forges/github/app.ts'
import { githubRoutes } from '../forges/github/routes.ts'
import { repositoryRoutes } from '../forges/repositories/routes.ts'
import { webhookRoutes } from '../forges/webhooks/routes.ts'
import { type AccountServices, accountRoutes } from '../identity/accounts/routes.ts'
import { apiTokenRoutes } from '../identity/api-tokens/routes.ts'
import { authConfigRoutes } from '../identity/auth-config.ts'
import { cliLoginRoutes } from '../identity/cli-login/cli-login.ts'
import type { IdentityProviders } from '../identity/oauth/identity-provider.ts'
import { oauthRoutes } from '../identity/oauth/routes.ts'
import { passkeyRoutes } from '../identity/passkeys/routes.ts'
import { recoveryRoutes } from '../identity/recovery/recover.ts'
import { sessionRoutes } from '../identity/sessions/routes.ts'
import { setupRoutes } from '../identity/setup/set-up.ts'
import { signupRoutes } from '../identity/signup/sign-up.ts'
import { mailboxRoutes } from '../operator/mailbox/routes.ts'
import { auditRoutes } from '../organizations/audit-log.ts'
import { inviteRoutes } from '../organizations/invites/routes.ts'
import { organizationRoutes } from '../organizations/lifecycle/routes.ts'
import { memberRoutes } from '../organizations/members/members.ts'
import { pipelineRoutes } from '../organizations/pipelines/routes.ts'
import { registryRoutes } from '../organizations/registries/routes.ts'
import { secretRoutes } from '../organizations/secrets/routes.ts'
import type { Sealer } from '../platform/encryption/seal.ts'
import { type HealthServices, healthRoutes } from '../platform/health/routes.ts'
import type { SessionCookies } from '../platform/http/authorization/session-cookies.ts'
import { type Handlers, lateOperations } from '../platform/http/index.ts'
import { type MetricsServices, metricsRoutes } from '../platform/metrics/routes.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'
import { buildEventRoutes } from '../streams/build-events/routes.ts'
import { type JobLogServices, jobLogRoutes } from '../streams/logs/routes.ts'

/**
 * The services that any feature may use. Each feature declares the services it needs in an
 * interface of its own.
 */
export interface Services
  extends AccountServices,
    BuildServices,
    SubmitRouteServices,
    HealthServices,
    JobLogServices,
    MetricsServices {
  readonly costOf: CostOf
  readonly pool: pg.Pool
  readonly log: Logger
  readonly settings: Settings
  /** Encrypts secrets in the database. */
  readonly sealer: Sealer
  readonly limiter: RateLimiter
  /** By name. Includes forges that are not configured, whose operations fail with that reason. */
  readonly forges: Forges
  /** null: not configured. */
  readonly githubApp: GithubApp | null
  /** null: not configured. */
  readonly bitbucket: BitbucketApp | null
  /** The configured providers. */
  readonly identityProviders: IdentityProviders
  /** null: nothing is traced. */
  readonly tracing: Tracing | null
  /** null: not set up. */
  readonly stripe: StripeAccount | null
  readonly sessionCookies: SessionCookies
}

/** Every operation of the server, feature by feature. */
export function allRoutes(services: Services & ShellRouteServices): Handlers {
  return {
    ...healthRoutes(services),
    ...metricsRoutes(services),
    ...lateRoutes(services),
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
    ...submitRoutes(services),
    ...approvalRoutes(services),
    ...buildSourceRoutes(services),
    ...jobRoutes(services),
    ...annotationRoutes(services),
    ...artifactRoutes(services),
    ...shellRoutes(services),
    ...secretRoutes(services),
    ...registryRoutes(services),
    ...jobLogRoutes(services),
    ...buildEventRoutes(services),
    ...buildViewRoutes(services),
    ...buildTestRoutes(services),
    ...pipelineTestRoutes(services),
    ...billingRoutes(services),
    ...paymentRoutes(services),
    ...overviewRoutes(services),
    ...sessionRoutes(services),
    ...cliLoginRoutes(services),
    ...memberRoutes(services),
    ...inviteRoutes(services),
    ...auditRoutes(services),
    ...mailboxRoutes(services),
    ...passkeyRoutes(services),
    ...signupRoutes(services),
    ...recoveryRoutes(services),
    ...setupRoutes(services),
    ...authConfigRoutes(services),
  }
}

/** Returns rarely used operations, which are loaded at the first request for one of them. */
function lateRoutes(services: Services) {
  const runners = [
    ...(['listRunners', 'drainRunner', 'resumeRunner', 'revokeRunner'] as const),
    ...(['listRunnerKeys', 'createRunnerKey', 'revokeRunnerKey'] as const),
  ] as const
  const notifications = [
    ...(['listNotifications', 'createNotification', 'updateNotification', 'deleteNotification'] as const),
    ...(['rotateNotificationSecret', 'testNotification', 'listNotificationDeliveries'] as const),
    ...(['replayNotificationDelivery', 'showUnsubscribe', 'unsubscribe'] as const),
  ] as const
  const badges = ['getBadge', 'getBadgeSettings', 'updateBadgeSettings'] as const
  const idTokens = ['getOpenIdConfiguration', 'getJwks'] as const
  return {
    ...lateOperations(['getScale'], async () => (await import('../runners/scale.ts')).scaleRoutes(services)),
    ...lateOperations(runners, async () => (await import('../runners/operations.ts')).runnerRoutes(services)),
    ...lateOperations(notifications, async () =>
      (await import('../notifications/routes.ts')).notificationRoutes(services),
    ),
    ...lateOperations(badges, async () => (await import('../notifications/badges/routes.ts')).badgeRoutes(services)),
    ...lateOperations(idTokens, async () => (await import('../builds/id-tokens/routes.ts')).idTokenRoutes(services)),
    ...lateOperations(['getPipelineTime'], async () =>
      (await import('../builds/times/pipeline-time.ts')).pipelineTimeRoutes(services),
    ),
  }
}
