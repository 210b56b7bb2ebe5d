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
  /** Absent where nothing is traced. */
  readonly tracing?: Pick<Tracing, 'origin'> | null
}

export interface Submission {
  readonly owner: Owner
  readonly pipeline: PipelineRow
  readonly author: Author
  readonly input: BuildInput
  readonly facts: BuildFacts
  /** A known plan, or the reason why it cannot run, where `input.ir` does not say it. */
  readonly from?: NewBuild['from']
  /** Writes further rows in the transaction of the build. */
  readonly within?: (client: pg.ClientBase, build: { readonly id: string; readonly number: number }) => Promise<void>
}

export interface Submitted {
  readonly id: string
  readonly number: number
  /** How many steps it has; null where they may still be to be rendered. */
  readonly steps: number | null
  /** An earlier delivery had made the build before: nothing was made now. */
  readonly isRepeat: boolean
}

/**
 * Makes the build with everything that belongs to it, in one transaction: when this resolves it is
 * on disk. A second submission for one delivery, event and pipeline makes nothing and returns the
 * first build; so does one for a pull request that was built as it is. The caller checks archived
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
  // After the number, so that builds are made in the order of their numbers: places in a group are
  // given in this order.
  const createdAt = new Date(now())
  const context = buildContext(input, facts, {
    ...{ owner, pipeline, number, egressCeiling },
    publicUrl: services.publicUrl,
    // A schedule begins a trace itself.
    trace: currentTrace() ?? services.tracing?.origin(),
    userId: author.userId,
  })
  const of = { queue: owner.organizationId, pipeline: pipeline.id }
  const request = { id, ...of, at: createdAt.getTime(), held: facts.held, from }
  const { build, announce } = await services.engine.submit(client, request, context)
  // A build that ends as it is made makes no change that the outbox hears of.
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

/** Returns what the build begins with: its steps, a rendering, or the reason why it cannot run. */
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
