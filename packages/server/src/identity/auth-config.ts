import type { components } from '@harmont/contract'
import { FEATURES } from '@harmont/ir'
import type { Database } from '../platform/database/transaction.ts'
import { type Complete, type Handlers, operation } from '../platform/http/index.ts'
import { mailTransport } from '../platform/mail/mail-transport.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import { version } from '../platform/version.ts'
import { countUsers } from './accounts/store.ts'
import { needsSetup } from './setup/setup-link.ts'
import { canHavePasskeys } from './webauthn/relying-party.ts'

export interface AuthConfigServices {
  readonly pool: Database
  readonly settings: Settings
}

type AuthConfig = Complete<components['schemas']['AuthConfig']>

/** Serves the configuration that a sign-in page needs. */
export function authConfigRoutes(services: AuthConfigServices): Pick<Handlers, 'getAuthConfig'> {
  return {
    getAuthConfig: operation('getAuthConfig', async () => ({ status: 200, body: await readAuthConfig(services) })),
  }
}

/** Returns the configuration that a sign-in page needs. */
export async function readAuthConfig({ pool, settings }: AuthConfigServices): Promise<AuthConfig> {
  const way = mailTransport(settings)
  const [signup, isWithoutOwner] = await Promise.all([hasRoom(pool, settings.signupCap), needsSetup(pool)])
  return {
    providers: providersOf(settings),
    passkeys: canHavePasskeys(settings),
    signup,
    mail: way !== 'none',
    github_app_slug: settings.githubAppSlug,
    bitbucket: settings.bitbucketClientId !== null && settings.bitbucketClientSecret !== null,
    billing: settings.billing === 'on',
    payments: settings.stripeSecretKey !== null && settings.stripeWebhookSecret !== null,
    version,
    docs_url: `${settings.publicUrl}/docs`,
    needs_setup: isWithoutOwner,
    mailbox: way === 'mailbox',
    // `hm` comes with a clone of the repository, so there is no command that installs it from this
    // server.
    cli_install: null,
    features: [...FEATURES],
  }
}

function providersOf(settings: Settings) {
  const { googleClientId, googleClientSecret, githubClientId, githubClientSecret } = settings
  return [
    ...(googleClientId === null || googleClientSecret === null
      ? []
      : [{ name: 'google', client_id: googleClientId } as const]),
    ...(githubClientId === null || githubClientSecret === null
      ? []
      : [{ name: 'github', client_id: githubClientId } as const]),
  ]
}

async function hasRoom(pool: Database, signupCap: number | null): Promise<boolean> {
  return signupCap === null || (await countUsers(pool)) < signupCap
}
