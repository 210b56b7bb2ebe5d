import type { Settings } from '../../platform/settings/read-settings.ts'
import type { ForgeProvider } from '../forge/forge.ts'
import type { GithubApp, GithubRequest } from './app.ts'
import { branchHead } from './branch-head.ts'
import { setCheckRun } from './check-runs.ts'
import { listInstallationRepositories } from './list-repositories.ts'
import { comparedFiles, pullRequestFiles } from './repository-api.ts'
import { githubWebhooks } from './webhooks.ts'

/** GitHub as a forge, through our App; `app` null: the operator has set none up. */
export function githubProvider(
  app: GithubApp | null,
  { githubWebhookSecret }: Pick<Settings, 'githubWebhookSecret'>,
): ForgeProvider {
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
    listRepositories: (installation) => through(installation, listInstallationRepositories),
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
