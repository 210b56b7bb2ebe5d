import type { BuildSource } from '@harmont/engine'
import type { Database } from '../database/transaction.ts'
import { FieldErrors } from '../input/field-errors.ts'
import { sourceNameOf } from '../repositories/source-name.ts'
import type { BuildInput, RequestedBuild } from './build-input.ts'
import { findConnectedByName } from './connected-store.ts'

/** SHA-1 or SHA-256 in full; shorter ones may come to mean another commit. */
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** Of git's rules for names of branches those that keep a name from being read as anything else. */
const plainBranch = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u

/**
 * The input of a build that came without a source: the commit of the connected repository of that name, where there is one; else an empty tree. Throws 422
 * `build_invalid` when a pipeline is to be rendered and there is nothing to render it from.
 */
export async function completeSource(
  database: Database,
  organizationId: string,
  repoName: string | null,
  { input, hasSource }: RequestedBuild,
): Promise<BuildInput> {
  if (hasSource) return input
  const source = repoName === null ? null : await commitOf(database, organizationId, repoName, input)
  if (source === null && input.ir === null) {
    const errors = new FieldErrors()
    errors.add('pipeline_ir', 'is needed, or `source_b64` to render the pipeline from: there is nothing to render')
    errors.throwIfAny('build_invalid')
  }
  return { ...input, source }
}

async function commitOf(
  database: Database,
  organizationId: string,
  repoName: string,
  { branch, commit: named }: BuildInput,
): Promise<BuildSource | null> {
  const commit = named.toLowerCase()
  // Zeros stand for a work tree without a commit.
  if (!wholeCommit.test(commit) || /^0+$/.test(commit)) return null
  const repository = await findConnectedByName(database, organizationId, repoName)
  if (repository === undefined) return null
  const refs = plainBranch.test(branch) ? [`refs/heads/${branch}`] : []
  return { kind: 'git', repository: sourceNameOf(repository.forge, repository.externalId), commit, refs }
}
