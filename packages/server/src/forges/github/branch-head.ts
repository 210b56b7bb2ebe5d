import { RequestError } from '@octokit/request-error'
import type { RepositoryAddress } from '../forge/forge.ts'
import type { GithubRequest } from './app.ts'
import { repositoryPath } from './repository-path.ts'

/** The newest commit of a branch; null when there is no such branch. */
export async function branchHead(
  request: GithubRequest,
  repository: RepositoryAddress,
  branch: string,
): Promise<string | null> {
  try {
    const { data } = await request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...repositoryPath(repository),
      ref: `heads/${branch}`,
    })
    return data.object.sha
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return null
    throw error
  }
}
