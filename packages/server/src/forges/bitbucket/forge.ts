import type { ForgeProvider, RepositoryAddress } from '../forge/forge.ts'
import { type BitbucketApp, withWorkspace, workspaceToken } from './app.ts'
import type { BitbucketApi } from './client.ts'
import { setStatus } from './commit-status.ts'
import { findInFork } from './fork-access.ts'
import { branchHead, comparedFiles, fullCommit, pullRequestFiles } from './repository-api.ts'
import { bitbucketWebhooks } from './webhooks.ts'
import { listWorkspaceRepositories } from './workspaces.ts'

/** Bitbucket as a forge, through the workspaces that people have connected; `app` null: the operator has not set it up. */
export function bitbucketProvider(app: BitbucketApp | null): ForgeProvider {
  const setUp = (): BitbucketApp => {
    if (app === null) throw new Error('Bitbucket is not set up')
    return app
  }
  const through = <T>(
    { installation }: Pick<RepositoryAddress, 'installation'>,
    call: (api: BitbucketApi) => Promise<T>,
  ) => withWorkspace(setUp(), installation, call)
  const authorization = async (installation: string) => {
    const token = await workspaceToken(setUp(), installation)
    return `basic ${Buffer.from(`x-token-auth:${token}`).toString('base64')}`
  }
  return {
    name: 'bitbucket',
    title: 'Bitbucket',
    failed: 'bitbucket_connect_failed',
    notConfigured: app === null ? 'bitbucket_not_configured' : null,
    webhooks: bitbucketWebhooks(app),
    listRepositories: (installation) =>
      through({ installation }, (api) => listWorkspaceRepositories(api, installation)),
    branchHead: (repository, branch) => through(repository, (api) => branchHead(api, repository, branch)),
    cloneAccess: async ({ cloneUrl, installation }) => ({
      url: cloneUrl,
      authorization: await authorization(installation),
    }),
    async forkAccess(repository, fork, commit) {
      const found = await through(repository, (api) => findInFork(api, fork, commit))
      if (typeof found === 'string') return found
      return { ...found, authorization: await authorization(repository.installation) }
    },
    changedByPush: (repository, before, after) =>
      through(repository, (api) => comparedFiles(api, repository, before, after)),
    changedByPullRequest: (repository, number) =>
      through(repository, (api) => pullRequestFiles(api, repository, number)),
    // A fork's commit is in the fork; where that cannot be read, what is known of it has to do.
    fullCommit: async (repository, { sha, repository: from }) =>
      (await through(repository, (api) => fullCommit(api, from ?? repository.fullName, sha))) ?? sha,
    setCheck: (repository, check) => through(repository, (api) => setStatus(api, repository, check)),
  }
}
