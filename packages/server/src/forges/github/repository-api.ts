import type { RepositoryAddress } from '../forge/forge.ts'
import type { GithubRequest } from './app.ts'
import { repositoryPath } from './repository-path.ts'

/** GitHub tells no more of a comparison, and no more of a pull request. */
const mostCompared = 300
const mostOfPullRequest = 3000
const pageSize = 100

interface ChangedFile {
  readonly filename: string
  readonly previous_filename?: string | undefined
}

/** What differs between two commits; null when GitHub does not tell it all. */
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
  // A comparison starts where the two parted: after a forced push it says nothing of what was taken back.
  const isForward = data.status === 'ahead' || data.status === 'identical'
  const files = data.files ?? []
  return !isForward || files.length >= mostCompared ? null : pathsOf(files)
}

/** What a pull request changes; null when GitHub does not tell it all. */
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
