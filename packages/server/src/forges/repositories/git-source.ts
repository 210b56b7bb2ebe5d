/** Connected repositories as sources of builds. */
import { type BuildSource, type SourceOffer, SourceUnavailable } from '@harmont/engine'
import type pg from 'pg'
import { type FindRepository, plainBranch } from '../../builds/submit/connected-source.ts'
import { apiError } from '../../platform/http/index.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import { isForgeFailure } from '../forge/failures.ts'
import type { CloneAccess, Forge, Forges, RepositoryAddress } from '../forge/forge.ts'
import {
  type ConnectedRepository,
  findConnected,
  findConnectedByName,
  type NamedRepository,
} from './connected-repository.ts'
import { readSourceName, sourceNameOf } from './source-name.ts'
import { organizationOfBuild } from './store.ts'

interface GitSourceServices {
  readonly pool: pg.Pool
  readonly forges: Forges
}

/** Returns the function that finds the connected repositories of builds. */
export function repositoryFinder({ pool, forges }: GitSourceServices): FindRepository {
  return async (organizationId, fullName) => {
    const found = await findConnectedByName(pool, organizationId, fullName)
    return (
      found && {
        ...found,
        sourceName: sourceNameOf(found.forge, found.externalId),
        headOf: (branch) => headOf(forges, found, branch),
      }
    )
  }
}

async function headOf(forges: Forges, repository: NamedRepository, branch: string): Promise<string> {
  const forge = forges.get(repository.forge)
  if (forge === undefined) throw new Error(`this server does not know the forge ${repository.forge}`)
  if (forge.notConfigured !== null)
    throw apiError(forge.notConfigured, `This server is no longer set up for ${forge.title}. ${instead}`)
  const commit = plainBranch.test(branch) ? await ask(forge, repository, branch) : null
  if (commit !== null) return commit
  const message = `must be a branch of ${repository.fullName}: ${forge.title} has no branch of this name`
  throw apiError('build_invalid', `\`branch\` ${message}.`, { errors: [{ field: 'branch', message }] })
}

const instead = 'Give the full commit id instead.'

async function ask(forge: Forge, repository: NamedRepository, branch: string): Promise<string | null> {
  try {
    return await forge.branchHead(repository, branch)
  } catch (error) {
    if (!isForgeFailure(error)) throw error
    const message = `Could not get the newest commit of the branch from ${forge.title}: try again later. ${instead} ${error.message}`
    throw apiError(forge.failed, message, { cause: error })
  }
}

type GitSource = Extract<BuildSource, { readonly kind: 'git' }>
type GitOffer = Extract<SourceOffer, { readonly kind: 'git' }>

/**
 * Returns the address from which a runner fetches a build's commit, with a credential that can only
 * read this repository. Fails with `SourceUnavailable` if the organization of the build has no
 * access to the repository or its fork, and with `ForgeUnavailable` if a retry may help.
 */
export async function offerGitSource(
  { pool, forges }: GitSourceServices,
  buildId: string,
  source: GitSource,
): Promise<GitOffer> {
  const name = readSourceName(source.repository)
  const repository = name && (await findConnected(pool, name.forge, name.externalId))
  const forge = name && forges.get(name.forge)
  // Another organization may have connected the installation in the meantime.
  const isTheirs = repository !== undefined && repository.organizationId === (await organizationOfBuild(pool, buildId))
  if (name === undefined || !isTheirs || forge === undefined || forge.notConfigured !== null)
    throw new SourceUnavailable(
      'source_fetch_failed',
      'The repository is no longer connected to this organization. Connect it under Settings, Integrations, then build again.',
    )
  return {
    kind: 'git',
    // The organization is part of the name, so that another one never uses its fetched files.
    repository: `${repository.organizationId}/${source.repository}`,
    commit: source.commit,
    refs: source.refs,
    ...(await accessOf(forge, repository, name.fork, source.commit)),
  }
}

async function accessOf(
  forge: Forge,
  { address }: ConnectedRepository,
  fork: string | null,
  commit: string,
): Promise<CloneAccess> {
  try {
    return await (fork === null ? forge.cloneAccess(address) : forkAccessOf(forge, address, fork, commit))
  } catch (error) {
    if (!(error instanceof ForgeRefused)) throw error
    throw new SourceUnavailable('source_fetch_failed', `${address.fullName} cannot be read: ${error.message}`, {
      cause: error,
    })
  }
}

const fullCommit = /^[0-9a-f]{40}$/

/**
 * Returns access to a commit that only a fork has; `fork` is its full name, or empty if it was
 * deleted. Fails with `SourceUnavailable`, which advises the author of the fork, and with the
 * errors of forge calls.
 */
async function forkAccessOf(
  forge: Forge,
  address: RepositoryAddress,
  fork: string,
  commit: string,
): Promise<CloneAccess> {
  if (forge.forkAccess === undefined)
    throw new SourceUnavailable('fork_fetch_unsupported', `Forks at ${forge.title} cannot be fetched. ${pushHere}`)
  if (fork === '') throw gone(commit, 'its fork was removed')
  // If the fork could not be read, only an abbreviated id is known. The owner of the fork could
  // create another commit with the same abbreviation, which was not approved.
  if (!fullCommit.test(commit)) throw hidden(forge, fork, 'then push to the pull request again')
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
