import type { BuildSource } from '@harmont/engine'
import type pg from 'pg'
import { type HeadServices, headOf } from '../../forges/repositories/connected-repositories.ts'
import { findConnectedByName } from '../../forges/repositories/find-by-name.ts'
import { sourceNameOf } from '../../forges/repositories/source-name.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import type { BuildInput, RequestedBuild } from './build-input.ts'
import { plainBranch } from './plain-branch.ts'
import { headCommit } from './ref-class.ts'

type GitSource = Extract<BuildSource, { readonly kind: 'git' }>

/** SHA-1 or SHA-256 in full; shorter ones may come to mean another commit. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

export interface SourceServices extends HeadServices {
  readonly pool: pg.Pool
}

/**
 * The input of a build that came without a source: the commit of the connected repository of that name, where there is one, and of `HEAD` the newest of the
 * branch; else an empty tree, and `HEAD` is a text as any other. Throws 422 `build_invalid` when a pipeline is to be rendered and there is nothing to render it
 * from, and what `headOf` throws. It may ask a forge: never within a transaction.
 */
export async function completeSource(
  services: SourceServices,
  organizationId: string,
  repoName: string | null,
  { input, hasSource }: RequestedBuild,
): Promise<BuildInput> {
  if (hasSource) return input
  const source = repoName === null ? null : await commitOf(services, organizationId, repoName, input)
  if (source === null && input.ir === null) {
    const errors = new FieldErrors()
    errors.add('pipeline_ir', 'is needed, or `source_b64` to render the pipeline from: there is nothing to render')
    errors.throwIfAny('build_invalid')
  }
  return { ...input, source, commit: source !== null && input.commit === headCommit ? source.commit : input.commit }
}

async function commitOf(
  { pool, forges }: SourceServices,
  organizationId: string,
  repoName: string,
  { branch, commit: named }: BuildInput,
): Promise<GitSource | null> {
  // Zeros stand for a work tree without a commit.
  if (named !== headCommit && (!wholeCommit.test(named) || /^0+$/.test(named))) return null
  const repository = await findConnectedByName(pool, organizationId, repoName)
  if (repository === undefined) return null
  const commit = named === headCommit ? await headOf({ forges }, repository, branch) : named.toLowerCase()
  const refs = plainBranch.test(branch) ? [`refs/heads/${branch}`] : []
  return { kind: 'git', repository: sourceNameOf(repository.forge, repository.externalId), commit, refs }
}
