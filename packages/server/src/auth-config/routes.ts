import { countUsers } from '../accounts/store.ts'
import type { Database } from '../database/transaction.ts'
import { type Handlers, operation } from '../http/index.ts'
import { mailWay } from '../mail/mail-way.ts'
import { canHavePasskeys } from '../passkeys/relying-party.ts'
import type { Settings } from '../settings/read-settings.ts'
import { needsSetup } from '../setup/store.ts'
import { version } from '../version.ts'

/** What a sign-in page has to know of this server. */
export function authConfigRoutes({
  pool,
  settings,
}: {
  readonly pool: Database
  readonly settings: Settings
}): Pick<Handlers, 'getAuthConfig'> {
  const way = mailWay(settings)
  return {
    getAuthConfig: operation('getAuthConfig', async () => ({
      status: 200,
      body: {
        providers: providersOf(settings),
        passkeys: canHavePasskeys(settings),
        signup: await hasRoom(pool, settings.signupCap),
        mail: way !== 'none',
        github_app_slug: settings.githubAppSlug,
        bitbucket: settings.bitbucketClientId !== null && settings.bitbucketClientSecret !== null,
        billing: settings.billing === 'on',
        version,
        docs_url: `${settings.publicUrl}/docs`,
        needs_setup: await needsSetup(pool),
        mailbox: way === 'mailbox',
        cli_install: null,
      },
    })),
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
