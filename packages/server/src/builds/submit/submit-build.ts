import { randomUUID } from 'node:crypto'
import { isBuildTerminal, type NewBuild, planBuild } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import type { PipelineRow } from '../../organizations/index.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { currentTrace } from '../../platform/tracing/current-trace.ts'
import type { Tracing } from '../../platform/tracing/tracing.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { parseApart } from '../engine/parse-apart.ts'
import { type Author, type BuildFacts, claimantOf, conditionContext } from '../records/build-facts.ts'
import { runnerToken } from '../source/runner-token.ts'
import { noteEnded } from '../traces/store.ts'
import { buildContext, type Owner } from './build-context.ts'
import type { BuildInput } from './build-input.ts'
import { findDelivered, findSameHead, lockPipeline } from './delivery-store.ts'
import { insertBuildRecord, nextBuild } from './insert-build.ts'

export interface SubmitServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly publicUrl: string
  readonly runnerSecret: string
  /** Absent without tracing. */
  readonly tracing?: Pick<Tracing, 'origin'> | null
}

export interface Submission {
  readonly owner: Owner
  readonly pipeline: PipelineRow
  readonly author: Author
  readonly input: BuildInput
  readonly facts: BuildFacts
  /**
   * A known plan, or the reason why the pipeline cannot run; absent if `input.ir` determines it.
   */
  readonly from?: NewBuild['from']
  /** Writes further rows in the transaction of the build. */
  readonly within?: (client: pg.ClientBase, build: { readonly id: string; readonly number: number }) => Promise<void>
}

export interface Submitted {
  readonly id: string
  readonly number: number
  /** The number of its steps; null if they may not have been rendered yet. */
  readonly steps: number | null
  /** Whether an earlier delivery had created the build, so that this submission created nothing. */
  readonly isRepeat: boolean
}

/**
 * Creates the build and everything that belongs to it in one durable transaction. A second
 * submission for the same delivery, event and pipeline creates nothing and returns the first build.
 * So does a submission for a pull request whose current state was built. The caller checks archived
 * pipelines, manual builds and balance.
 */
export async function submitBuild(services: SubmitServices, submission: Submission): Promise<Submitted> {
  const { pipeline, facts } = submission
  const from = submission.from ?? (await startOf(submission))
  const made = await transaction(services.pool, async (client) => {
    if (facts.delivery !== null) {
      await lockPipeline(client, pipeline.id)
      const earlier =
        (await findDelivered(client, pipeline.id, facts.delivery)) ??
        (await findSameHead(client, pipeline.id, submission.input.commit, facts))
      if (earlier !== undefined) return { ...earlier, steps: null, announce: null }
    }
    return writeBuild(services, client, submission, from)
  })
  await made.announce?.()
  const { id, number, steps, announce } = made
  return { id, number, steps, isRepeat: announce === null }
}

async function writeBuild(
  services: SubmitServices,
  client: pg.ClientBase,
  { owner, pipeline, author, input, facts, within }: Submission,
  from: NewBuild['from'],
): Promise<Pick<Submitted, 'id' | 'number' | 'steps'> & { readonly announce: () => Promise<void> }> {
  const id = randomUUID()
  const { number, egressCeiling } = await nextBuild(client, pipeline.id)
  // Runs after the number is taken, so that builds are created, and get places in their group, in
  // the order of their numbers.
  const createdAt = new Date(now())
  const context = buildContext(input, facts, {
    ...{ owner, pipeline, number, egressCeiling },
    publicUrl: services.publicUrl,
    // A schedule starts a trace of its own.
    trace: currentTrace() ?? services.tracing?.origin(),
    userId: author.userId,
  })
  const of = { queue: owner.organizationId, pipeline: pipeline.id }
  const request = { id, ...of, at: createdAt.getTime(), held: facts.held, from }
  const { build, announce } = await services.engine.submit(client, request, context)
  // A build that ends on creation causes no change that the outbox would process.
  if (context.trace !== undefined)
    await noteEnded(client, { buildId: id, before: 'scheduled', after: build.state, endedJobs: [] })
  const token = runnerToken(services.runnerSecret, id)
  await insertBuildRecord(client, {
    id,
    pipelineId: pipeline.id,
    number,
    author,
    input,
    facts,
    createdAt,
    runnerTokenHash: isBuildTerminal(build.state) ? null : hashToken(token),
  })
  await within?.(client, { id, number })
  return { id, number, steps: from.kind === 'render' ? null : build.steps.length, announce }
}

/** Returns the start of the build: its steps, a rendering, or the reason why it cannot run. */
async function startOf({ pipeline, input, facts }: Submission): Promise<NewBuild['from']> {
  const { ir, branch, env } = input
  if (ir === null) return { kind: 'render' }
  const planned = await parseApart(ir)
  if (!planned.ok) return { kind: 'rejected', ...planned.error }
  const pullRequest = facts.pullRequest === null ? null : String(facts.pullRequest.number)
  return planBuild(planned.plan, {
    conditions: conditionContext(branch, env, facts),
    group: { pipeline: pipeline.id, pullRequest, claimant: claimantOf(facts) },
  })
}
