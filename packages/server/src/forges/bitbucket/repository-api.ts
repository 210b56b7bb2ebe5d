/** Calls about workspaces and repositories at Bitbucket. */
import { ForgeRefused, isHidden } from '../../platform/outbound/forge-errors.ts'
import type { ForgeRepository } from '../forge/events.ts'
import { orNull } from '../forge/failures.ts'
import type { RepositoryAddress } from '../forge/forge.ts'
import type { Payload } from '../forge/payload.ts'
import { apiPath, type BitbucketApi, repositoryPath } from './client.ts'
import type { WorkspaceFacts } from './workspace-store.ts'

const mostWorkspaces = 1000
const mostRepositories = 20_000

/** Lists the workspaces that the account administers. */
export async function listAdministered(api: BitbucketApi): Promise<readonly WorkspaceFacts[]> {
  const query = new URLSearchParams({ q: 'permission="owner"', pagelen: '100' })
  const memberships = await api.list(`/user/permissions/workspaces?${query}`, mostWorkspaces)
  return (memberships ?? []).map((membership) => {
    const workspace = membership.at('workspace')
    const slug = workspace.text('slug')
    return { uuid: workspace.text('uuid'), slug, name: workspace.maybeText('name') ?? slug }
  })
}

/** Lists the repositories of a workspace, except empty ones, which cannot be built. */
export async function listWorkspaceRepositories(api: BitbucketApi, uuid: string): Promise<readonly ForgeRepository[]> {
  const found = await api.list(`${apiPath(['repositories', uuid])}?pagelen=100`, mostRepositories)
  if (found === null) throw new Error(`a workspace with more than ${mostRepositories} repositories`)
  return found.flatMap((repository) => readRepository(repository) ?? [])
}

function readRepository(repository: Payload): ForgeRepository | null {
  const fullName = repository.text('full_name')
  const [owner = '', name = ''] = fullName.split('/')
  const cloneUrl = cloneUrlOf(repository)
  const main = repository.maybe('mainbranch')
  if (cloneUrl === null || main === null) return null
  return {
    externalId: repository.text('uuid'),
    owner,
    name,
    fullName,
    cloneUrl,
    defaultBranch: main.text('name'),
    isPrivate: repository.flag('is_private'),
  }
}

/** Returns the https clone URL of a repository; null if it has none. */
function cloneUrlOf(repository: Payload): string | null {
  const clone = repository
    .at('links')
    .list('clone')
    .find((link) => link.text('name') === 'https')
  if (clone === undefined) return null
  const url = new URL(clone.text('href'))
  // Bitbucket adds the name of the requesting account.
  url.username = ''
  url.password = ''
  return url.href
}

const mostChanged = 3000

/** Returns the newest commit of a branch; null if the branch does not exist. */
export async function branchHead(
  api: BitbucketApi,
  repository: RepositoryAddress,
  branch: string,
): Promise<string | null> {
  const found = await orNull(() => api.get(repositoryPath(repository.fullName, 'refs', 'branches', branch)), isHidden)
  return found?.at('target').text('hash') ?? null
}

/** Returns the full id of an abbreviated commit; null if it cannot be read. */
export async function fullCommit(api: BitbucketApi, fullName: string, short: string): Promise<string | null> {
  const found = await orNull(() => api.get(repositoryPath(fullName, 'commit', short)), isHidden)
  return found?.text('hash') ?? null
}

/** Lists the paths that differ between two commits; null if there are too many. */
export async function comparedFiles(
  api: BitbucketApi,
  { fullName }: RepositoryAddress,
  before: string,
  after: string,
): Promise<readonly string[] | null> {
  // Without `topic`, this compares the two commits directly, also after a forced push.
  return pathsOf(
    await api.list(
      `${repositoryPath(fullName, 'diffstat', `${after}..${before}`)}?topic=false&pagelen=500`,
      mostChanged,
    ),
  )
}

/** Lists the paths that a pull request changes; null if there are too many. */
export async function pullRequestFiles(
  api: BitbucketApi,
  { fullName }: RepositoryAddress,
  number: number,
): Promise<readonly string[] | null> {
  return pathsOf(
    await api.list(`${repositoryPath(fullName, 'pullrequests', String(number), 'diffstat')}?pagelen=500`, mostChanged),
  )
}

function pathsOf(entries: readonly Payload[] | null): readonly string[] | null {
  if (entries === null) return null
  const ends = entries.flatMap((entry) => [entry.maybe('old'), entry.maybe('new')])
  return [...new Set(ends.flatMap((end) => end?.text('path') ?? []))]
}

/** Returns the clone URL of a fork that has the commit, or the reason why there is none. */
export async function findInFork(
  api: BitbucketApi,
  fork: string,
  commit: string,
): Promise<{ readonly url: string } | 'hidden' | 'gone'> {
  try {
    const url = cloneUrlOf(await api.get(repositoryPath(fork)))
    return url === null || (await fullCommit(api, fork, commit)) === null ? 'gone' : { url }
  } catch (error) {
    // Bitbucket documents both statuses:
    // https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
    if (error instanceof ForgeRefused && error.status === 403) return 'hidden'
    if (error instanceof ForgeRefused && error.status === 404) return 'gone'
    throw error
  }
}
