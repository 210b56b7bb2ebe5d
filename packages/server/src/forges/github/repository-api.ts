/** Calls about a repository at GitHub. */
import { RequestError } from '@octokit/request-error'
import { orNull } from '../forge/failures.ts'
import type { RepositoryAddress } from '../forge/forge.ts'
import type { GithubRequest } from './app.ts'

/**
 * Returns the parameters of a repository. GitHub redirects the old name of a renamed repository.
 */
export function repositoryPath({ fullName }: RepositoryAddress): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = fullName.split('/')
  return { owner, repo }
}

/** Returns the newest commit of a branch; null if the branch does not exist. */
export async function branchHead(
  request: GithubRequest,
  repository: RepositoryAddress,
  branch: string,
): Promise<string | null> {
  const found = await orNull(
    () => request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...repositoryPath(repository), ref: `heads/${branch}` }),
    (error) => error instanceof RequestError && error.status === 404,
  )
  return found?.data.object.sha ?? null
}

/** The most files that GitHub lists for a comparison and for a pull request. */
const mostCompared = 300
const mostOfPullRequest = 3000
const pageSize = 100

interface ChangedFile {
  readonly filename: string
  readonly previous_filename?: string | undefined
}

/** Lists the paths that differ between two commits; null if the list is incomplete. */
export async function comparedFiles(
  request: GithubRequest,
  repository: RepositoryAddress,
  before: string,
  after: string,
): Promise<readonly string[] | null> {
  const { data } = await request('GET /repos/{owner}/{repo}/compare/{basehead}', {
    ...repositoryPath(repository),
    basehead: `${before}...${after}`,
    per_page: 1,
  })
  // A comparison starts at the merge base, so it misses the commits that a forced push removed.
  const isForward = data.status === 'ahead' || data.status === 'identical'
  const files = data.files ?? []
  return !isForward || files.length >= mostCompared ? null : pathsOf(files)
}

/** Lists the paths that a pull request changes; null if the list is incomplete. */
export async function pullRequestFiles(
  request: GithubRequest,
  repository: RepositoryAddress,
  number: number,
): Promise<readonly string[] | null> {
  const files: ChangedFile[] = []
  for (let page = 1; files.length < mostOfPullRequest; page += 1) {
    const { data } = await request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
      ...repositoryPath(repository),
      pull_number: number,
      per_page: pageSize,
      page,
    })
    files.push(...data)
    if (data.length < pageSize) return pathsOf(files)
  }
  return null
}

function pathsOf(files: readonly ChangedFile[]): readonly string[] {
  return [...new Set(files.flatMap((file) => [file.filename, file.previous_filename ?? file.filename]))]
}
