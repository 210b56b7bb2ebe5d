import { type BuildSource, type SourceOffer, SourceUnavailable } from '@harmont/engine'
import type pg from 'pg'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { CloneAccess, Forge, Forges } from '../forge/forge.ts'
import { type ConnectedRepository, findConnected } from './connected-repository.ts'
import { forkAccessOf } from './fork-access.ts'
import { readSourceName } from './source-name.ts'
import { organizationOfBuild } from './store.ts'

export interface GitSourceServices {
  readonly pool: pg.Pool
  readonly forges: Forges
}

type GitSource = Extract<BuildSource, { readonly kind: 'git' }>
type GitOffer = Extract<SourceOffer, { readonly kind: 'git' }>

/**
 * Where a runner fetches a build's commit, with a credential that can read this repository and nothing else. Fails with `SourceUnavailable` when the
 * organization of the build has no access any more, or none to the fork that has the commit, and with `ForgeUnavailable` when asking again may help.
 */
export async function offerGitSource(
  { pool, forges }: GitSourceServices,
  buildId: string,
  source: GitSource,
): Promise<GitOffer> {
  const name = readSourceName(source.repository)
  const repository = name && (await findConnected(pool, name.forge, name.externalId))
  const forge = name && forges.get(name.forge)
  // The installation may belong to another organization by now.
  const isTheirs = repository !== undefined && repository.organizationId === (await organizationOfBuild(pool, buildId))
  if (name === undefined || !isTheirs || forge === undefined || forge.notConfigured !== null)
    throw new SourceUnavailable(
      'source_fetch_failed',
      'The repository is no longer connected to this organization. Connect it under Settings, Integrations, then build again.',
    )
  return {
    kind: 'git',
    // What one organization fetched is not found by another one, even if the repository is handed over.
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
