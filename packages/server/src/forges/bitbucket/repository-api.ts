/** What Bitbucket knows of branches, commits and what they change. */
import { isHidden } from '../../platform/outbound/forge-errors.ts'
import type { RepositoryAddress } from '../forge/forge.ts'
import type { Payload } from '../forge/payload.ts'
import { type BitbucketApi, repositoryPath } from './client.ts'

const mostChanged = 3000

/** The newest commit of a branch; null when there is no such branch. */
export async function branchHead(
  api: BitbucketApi,
  repository: RepositoryAddress,
  branch: string,
): Promise<string | null> {
  const found = await orNull(() => api.get(repositoryPath(repository.fullName, 'refs', 'branches', branch)))
  return found?.at('target').text('hash') ?? null
}

/** The whole id of a commit that is known by its first digits; null where it cannot be read. */
export async function fullCommit(api: BitbucketApi, fullName: string, short: string): Promise<string | null> {
  const found = await orNull(() => api.get(repositoryPath(fullName, 'commit', short)))
  return found?.text('hash') ?? null
}

/** What differs between two commits; null when it is more than anybody looks through. */
export async function comparedFiles(
  api: BitbucketApi,
  { fullName }: RepositoryAddress,
  before: string,
  after: string,
): Promise<readonly string[] | null> {
  // Without `topic` this compares the two themselves, also after a forced push.
  return pathsOf(
    await api.list(
      `${repositoryPath(fullName, 'diffstat', `${after}..${before}`)}?topic=false&pagelen=500`,
      mostChanged,
    ),
  )
}

/** What a pull request changes; null when it is more than anybody looks through. */
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

async function orNull(ask: () => Promise<Payload>): Promise<Payload | null> {
  try {
    return await ask()
  } catch (error) {
    if (isHidden(error)) return null
    throw error
  }
}
