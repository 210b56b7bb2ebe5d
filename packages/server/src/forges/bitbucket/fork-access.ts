import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import { type BitbucketApi, repositoryPath } from './client.ts'
import { fullCommit } from './repository-api.ts'
import { cloneUrlOf } from './workspaces.ts'

/** Where a fork's commit is fetched from; or why it is not. */
export async function findInFork(
  api: BitbucketApi,
  fork: string,
  commit: string,
): Promise<{ readonly url: string } | 'hidden' | 'gone'> {
  try {
    const url = cloneUrlOf(await api.get(repositoryPath(fork)))
    return url === null || (await fullCommit(api, fork, commit)) === null ? 'gone' : { url }
  } catch (error) {
    // Bitbucket tells the two apart: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
    if (error instanceof ForgeRefused && error.status === 403) return 'hidden'
    if (error instanceof ForgeRefused && error.status === 404) return 'gone'
    throw error
  }
}
