import type pg from 'pg'
import { type FindRepository, plainBranch } from '../../builds/submit/connected-source.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import type { Forge, ForgeName, Forges, RepositoryAddress } from '../forge/forge.ts'
import { sourceNameOf } from './source-name.ts'

interface NamedRepository extends RepositoryAddress {
  readonly forge: ForgeName
  readonly defaultBranch: string
}

/** Returns the function with which builds find connected repositories. */
export function repositoryFinder({
  pool,
  forges,
}: {
  readonly pool: pg.Pool
  readonly forges: Forges
}): FindRepository {
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

/**
 * Finds an organization's connected repository `owner/name`, in any case; undefined when there is
 * none, or its installation is suspended.
 */
export async function findConnectedByName(
  database: Database,
  organizationId: string,
  fullName: string,
): Promise<NamedRepository | undefined> {
  const { rows } = await database.query<NamedRepository>({
    name: 'find-connected-by-name',
    text: `select forge, external_id as "externalId", owner || '/' || name as "fullName", clone_url as "cloneUrl", installation, default_branch as "defaultBranch"
             from active_repositories where organization_id = $1 and lower(owner || '/' || name) = lower($2) order by id limit 1`,
    values: [organizationId, fullName],
  })
  return rows[0]
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
    if (!(error instanceof ForgeUnavailable || error instanceof ForgeRefused)) throw error
    const message = `Could not get the newest commit of the branch from ${forge.title}: try again later. ${instead} ${error.message}`
    throw apiError(forge.failed, message, { cause: error })
  }
}
