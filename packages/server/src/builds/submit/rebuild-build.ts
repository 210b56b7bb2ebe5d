import { type Build, type BuildContext, type BuildSource, type NewBuild, planBuild } from '@harmont/engine'
import type { PipelineRow } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { requireLoaded } from '../engine/load-build.ts'
import { type Author, type BuildFacts, conditionContext, type RefClass } from '../records/build-facts.ts'
import type { BuildRow } from '../records/store.ts'
import { prolongSource, requireSource } from '../source/require-source.ts'
import { findArchive, findDigest } from '../source/store.ts'
import type { Owner } from './build-context.ts'
import type { Submission, SubmitServices } from './submit-build.ts'

interface RebuildWish {
  readonly owner: Owner
  readonly pipeline: PipelineRow
  readonly build: BuildRow
  readonly author: Author
  readonly recordedSource: BuildFacts['recordedSource']
  /** Variables that override those of the build. */
  readonly env: Readonly<Record<string, string>>
  readonly withoutCache: boolean
}

/**
 * Returns a repetition of the build to submit (`http.md` 1.3), with the commit, source, steps and
 * environment of the first. The rebuild of a fork's build is a fork's too, and waits for approval
 * unless the first one was approved, or needed no approval. Throws 409 `source_gone` if its source
 * was removed.
 */
export async function rebuildOf(
  { pool, engine }: Pick<SubmitServices, 'pool' | 'engine'>,
  { owner, pipeline, build, author, recordedSource, env, withoutCache }: RebuildWish,
): Promise<Submission> {
  const { build: loaded, context } = await requireLoaded(engine, build.id)
  // Other variables change what is run.
  const refClass: RefClass = Object.keys(env).length === 0 ? build.ref_class : 'upload'
  const facts = { ...factsOf(build, context), refClass, held: needsApproval(build, pipeline), recordedSource }
  await requireSource(pool, build.id, context.source)
  const input = {
    branch: build.branch,
    commit: build.commit,
    message: build.message,
    env: { ...context.env, ...env },
    ir: null,
    source: context.source?.kind === 'url' ? await sameArchive(pool, build.id, context.source) : context.source,
    withoutCache,
  }
  const from = startOf(loaded, context, conditionContext(input.branch, input.env, facts))
  return { owner, pipeline, author, input, facts, from }
}

/**
 * Returns the archive fetched from an address, which all rebuilds share. After its removal, it is
 * fetched again and must be equal.
 */
async function sameArchive(
  database: Database,
  buildId: string,
  source: Extract<BuildSource, { readonly kind: 'url' }>,
): Promise<BuildSource> {
  const isKept = await prolongSource(database, buildId)
  const archive = isKept ? await findArchive(database, buildId) : undefined
  if (archive !== undefined) return { kind: 'archive', ...archive }
  return { ...source, sha256: source.sha256 ?? (await findDigest(database, buildId)) }
}

function startOf(
  build: Build,
  { renderSlug }: BuildContext,
  known: BuildContext['conditionContext'],
): NewBuild['from'] {
  const { steps, timeoutSeconds, group, errorCode, errorMessage } = build
  if (steps.length > 0) {
    const planned = planBuild({ timeoutSeconds, steps, warnings: [] }, { conditions: known })
    return { ...planned, group: group ?? undefined }
  }
  // Renders again, whatever the result of the first rendering was.
  if (renderSlug !== null) return { kind: 'render' }
  return { kind: 'rejected', code: errorCode ?? 'invalid_ir', message: errorMessage ?? 'The pipeline cannot be run.' }
}

/**
 * Returns whether the rebuild needs approval. A fork's build that failed for lack of balance was
 * never submitted for approval.
 */
function needsApproval({ held, trust, error_code }: BuildRow, { fork_policy }: PipelineRow): boolean {
  const wasNotAsked = trust === 'fork' && error_code === 'billing_insufficient_balance'
  return held || (wasNotAsked && fork_policy === 'approval')
}

function factsOf(
  build: BuildRow,
  { conditionContext: { changed } }: BuildContext,
): Omit<BuildFacts, 'recordedSource' | 'held' | 'refClass'> {
  return {
    event: build.event,
    tag: build.tag,
    baseBranch: build.base_branch,
    pullRequest: build.pull_request,
    changed,
    trust: build.trust,
    delivery: null,
    rebuildOf: build.number,
  }
}
