import { SourceUnavailable } from '@harmont/engine'
import type { CloneAccess, Forge, RepositoryAddress } from '../forge/forge.ts'

const wholeCommit = /^[0-9a-f]{40}$/

/**
 * How a commit is fetched that only a fork has; `fork` is its full name, empty when it was gone already. Fails with `SourceUnavailable`, which says what the
 * fork's author can do, and as the forge's calls do.
 */
export async function forkAccessOf(
  forge: Forge,
  address: RepositoryAddress,
  fork: string,
  commit: string,
): Promise<CloneAccess> {
  if (forge.forkAccess === undefined)
    throw new SourceUnavailable('fork_fetch_unsupported', `Forks at ${forge.title} cannot be fetched. ${pushHere}`)
  if (fork === '') throw gone(commit, 'its fork was removed')
  // The first digits are all that was known when the fork could not be read. Its owner could have another commit of the same ones, that nobody has approved.
  if (!wholeCommit.test(commit)) throw hidden(forge, fork, 'then push to the pull request again')
  const access = await forge.forkAccess(address, fork, commit)
  if (access === 'gone') throw gone(commit, `${fork} no longer exists, or does not have it`)
  if (access === 'hidden') throw hidden(forge, fork, 'then build again')
  return access
}

const pushHere = 'Or push the branch to the repository itself.'

function gone(commit: string, why: string): Error {
  const message = `The commit ${commit} is gone: ${why}. Push again to the pull request, or build its newest commit.`
  return new SourceUnavailable('fork_source_unfetchable', message)
}

function hidden({ title }: Forge, fork: string, next: string): Error {
  const whose = `the account that connected ${title}`
  const message = `The fork ${fork} is private, and ${whose} may not read it. Give that account read access to the fork, ${next}. ${pushHere}`
  return new SourceUnavailable('fork_source_cross_namespace', message)
}
