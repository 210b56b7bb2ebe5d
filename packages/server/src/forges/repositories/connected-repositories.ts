import { plainBranch } from '../../builds/submit/plain-branch.ts'
import { apiError } from '../../platform/http/index.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import type { ForgeProvider } from '../forge/forge.ts'
import type { NamedRepository } from './find-by-name.ts'

export interface HeadServices {
  readonly forges: ReadonlyMap<string, ForgeProvider>
}

/**
 * The newest commit of a branch, as the forge of the repository tells it now. Throws 422 `build_invalid` for a branch that the forge does not show, and the
 * forge's own code (503) when it is not set up any more, refuses, or does not answer within its ten seconds.
 */
export async function headOf({ forges }: HeadServices, repository: NamedRepository, branch: string): Promise<string> {
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

async function ask(forge: ForgeProvider, repository: NamedRepository, branch: string): Promise<string | null> {
  try {
    return await forge.branchHead(repository, branch)
  } catch (error) {
    if (!(error instanceof ForgeUnavailable || error instanceof ForgeRefused)) throw error
    const message = `Could not get the newest commit of the branch from ${forge.title}: try again later. ${instead} ${error.message}`
    throw apiError(forge.failed, message, { cause: error })
  }
}
