import type { BuildSource } from '@harmont/engine'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type BuildInput, headCommit, type RequestedBuild } from './build-input.ts'

/** The facts of an organization's connected repository that builds use. */
interface NamedRepository {
  readonly fullName: string
  readonly cloneUrl: string
  readonly defaultBranch: string
  /** Identifies the repository in a build's source. */
  readonly sourceName: string
  /**
   * Returns the newest commit of a branch, as currently reported by the forge. Throws 422
   * `build_invalid` for a branch that the forge does not show. Throws the forge's own code (503) if
   * it is no longer set up, refuses, or does not answer within its ten seconds.
   */
  headOf(branch: string): Promise<string>
}

/** Finds a connected repository `owner/name`, ignoring case. Implemented by the forges. */
export type FindRepository = (organizationId: string, fullName: string) => Promise<NamedRepository | undefined>

/** SHA-1 or SHA-256 in full; a prefix may become ambiguous. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/** Matches branch names that have no other meaning for git: some of git's rules. */
export const plainBranch = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u

/**
 * Returns the input of a build submitted without a source. With a connected repository, the source
 * is the commit, and `HEAD` means the newest commit of the branch. Otherwise the source is an empty
 * tree, and `HEAD` is plain text. Throws 422 `build_invalid` if the pipeline must be rendered and
 * there is no source, and the errors of `headOf`. Never call this within a transaction: it may send
 * a request to a forge.
 */
export async function completeSource(
  findRepository: FindRepository,
  organizationId: string,
  repoName: string | null,
  { input, hasSource }: RequestedBuild,
): Promise<BuildInput> {
  if (hasSource) return input
  const source = repoName === null ? null : await commitOf(findRepository, organizationId, repoName, input)
  if (source === null && input.ir === null) {
    const errors = new FieldErrors()
    errors.add('pipeline_ir', 'is needed, or `source_b64` to render the pipeline from: there is nothing to render')
    errors.throwIfAny('build_invalid')
  }
  return { ...input, source, commit: source !== null && input.commit === headCommit ? source.commit : input.commit }
}

async function commitOf(
  findRepository: FindRepository,
  organizationId: string,
  repoName: string,
  { branch, commit: named }: BuildInput,
): Promise<Extract<BuildSource, { readonly kind: 'git' }> | null> {
  // Zeros denote a work tree without a commit.
  if (named !== headCommit && (!wholeCommit.test(named) || /^0+$/.test(named))) return null
  const repository = await findRepository(organizationId, repoName)
  if (repository === undefined) return null
  const commit = named === headCommit ? await repository.headOf(branch) : named.toLowerCase()
  const refs = plainBranch.test(branch) ? [`refs/heads/${branch}`] : []
  return { kind: 'git', repository: repository.sourceName, commit, refs }
}
