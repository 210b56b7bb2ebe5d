import type { Settings } from '../../platform/settings/read-settings.ts'
import { isSignedUnder, requireHeader } from '../forge/delivery-headers.ts'
import type { Forge, ForgeWebhooks } from '../forge/forge.ts'
import type { GithubApp, GithubRequest } from './app.ts'
import { setCheckRun } from './check-runs.ts'
import { readEvents } from './read-event.ts'
import { branchHead, comparedFiles, pullRequestFiles } from './repository-api.ts'

/** GitHub as a forge, through our App. `app` is null if the operator has not set it up. */
export function githubForge(
  app: GithubApp | null,
  { githubWebhookSecret }: Pick<Settings, 'githubWebhookSecret'>,
): Forge {
  const through = <T>(installation: string, call: (request: GithubRequest) => Promise<T>): Promise<T> => {
    if (app === null) throw new Error('the GitHub App is not set up')
    return app.asInstallation(Number(installation), call)
  }
  return {
    name: 'github',
    title: 'GitHub',
    failed: 'github_sync_failed',
    notConfigured: app === null || githubWebhookSecret === null ? 'github_not_configured' : null,
    webhooks: githubWebhooks(githubWebhookSecret),
    branchHead: (repository, branch) =>
      through(repository.installation, (request) => branchHead(request, repository, branch)),
    async cloneAccess({ cloneUrl, externalId, installation }) {
      if (app === null) throw new Error('the GitHub App is not set up')
      const token = await app.cloneToken(Number(installation), Number(externalId))
      return {
        url: cloneUrl,
        authorization: `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
      }
    },
    changedByPush: (repository, before, after) =>
      through(repository.installation, (request) => comparedFiles(request, repository, before, after)),
    changedByPullRequest: (repository, number) =>
      through(repository.installation, (request) => pullRequestFiles(request, repository, number)),
    fullCommit: async (_, { sha }) => sha,
    setCheck: (repository, check) =>
      through(repository.installation, (request) => setCheckRun(request, repository, check)),
  }
}

/** Reads GitHub's webhooks. `secret` is null if it is not set; then no delivery is accepted. */
function githubWebhooks(secret: string | null): ForgeWebhooks {
  return {
    head: (header) => ({
      id: requireHeader('GitHub', header, 'x-github-delivery'),
      event: requireHeader('GitHub', header, 'x-github-event'),
      signature: requireHeader('GitHub', header, 'x-hub-signature-256'),
      hook: '',
    }),
    async isSigned(body, { signature }) {
      return secret !== null && isSignedUnder(secret, body, signature)
    },
    parse: readEvents,
  }
}
