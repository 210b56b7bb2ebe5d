import { randomBytes } from 'node:crypto'
import { isSignedUnder, requireHeader } from '../forge/delivery-headers.ts'
import type { Forge, ForgeWebhooks, RepositoryAddress } from '../forge/forge.ts'
import { type BitbucketApp, withWorkspace, workspaceToken } from './app.ts'
import type { BitbucketApi } from './client.ts'
import { setStatus } from './commit-status.ts'
import { bareUuid, secretOfHook } from './hooks.ts'
import { readEvents } from './read-event.ts'
import { branchHead, comparedFiles, findInFork, fullCommit, pullRequestFiles } from './repository-api.ts'

/** Bitbucket as a forge, through connected workspaces. `app` is null if it is not set up. */
export function bitbucketForge(app: BitbucketApp | null): Forge {
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
    // A fork's commit exists only in the fork. If the fork cannot be read, the abbreviated id is
    // used.
    fullCommit: async (repository, { sha, repository: from }) =>
      (await through(repository, (api) => fullCommit(api, from ?? repository.fullName, sha))) ?? sha,
    setCheck: (repository, check) => through(repository, (api) => setStatus(api, repository, check)),
  }
}

/** Reads Bitbucket's webhooks, each with its own secret. If `app` is null, accepts none. */
function bitbucketWebhooks(app: BitbucketApp | null): ForgeWebhooks {
  return {
    head: (header) => ({
      id: requireHeader('Bitbucket', header, 'x-request-uuid'),
      event: requireHeader('Bitbucket', header, 'x-event-key'),
      signature: requireHeader('Bitbucket', header, 'x-hub-signature'),
      hook: requireHeader('Bitbucket', header, 'x-hook-uuid'),
    }),
    async isSigned(body, { signature, hook }) {
      const known = app === null ? undefined : await secretOfHook(app.pool, app.sealer, bareUuid(hook))
      // Takes as long for an unknown webhook as for a wrong signature.
      const secret = known ?? randomBytes(32).toString('base64url')
      return isSignedUnder(secret, body, signature)
    },
    parse: readEvents,
  }
}
