import type { BuildSource } from '@harmont/engine'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type BuildInput, headCommit, type RequestedBuild } from './build-input.ts'

/** A repository that an organization has connected, as far as its builds need it. */
interface NamedRepository {
  readonly fullName: string
  readonly cloneUrl: string
  readonly defaultBranch: string
  /** Names it in the source of a build. */
  readonly sourceName: string
  /**
   * Returns the newest commit of a branch, as the forge tells it now. Throws 422 `build_invalid`
   * for a branch that the forge does not show, and the forge's own code (503) when it is not set up
   * any more, refuses, or does not answer within its ten seconds.
   */
  headOf(branch: string): Promise<string>
}

/** Finds a connected repository `owner/name`, in any case. Implemented by the forges. */
export type FindRepository = (organizationId: string, fullName: string) => Promise<NamedRepository | undefined>

/** SHA-1 or SHA-256 in full; shorter ones may come to mean another commit. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/** Matches names of branches that cannot be read as anything else: some of git's rules. */
export const plainBranch = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u

/**
 * Returns the input of a build that came without a source. Where its repository is connected the
 * source is the commit, and `HEAD` is the newest commit of the branch; else the source is an empty
 * tree, and `HEAD` is a text as any other. Throws 422 `build_invalid` when a pipeline is to be
 * rendered and there is nothing to render it from, and what `headOf` throws. Never call it within a
 * transaction: it may ask a forge.
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
  // Zeros stand for a work tree without a commit.
  if (named !== headCommit && (!wholeCommit.test(named) || /^0+$/.test(named))) return null
  const repository = await findRepository(organizationId, repoName)
  if (repository === undefined) return null
  const commit = named === headCommit ? await repository.headOf(branch) : named.toLowerCase()
  const refs = plainBranch.test(branch) ? [`refs/heads/${branch}`] : []
  return { kind: 'git', repository: repository.sourceName, commit, refs }
}
