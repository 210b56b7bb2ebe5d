import { randomUUID } from 'node:crypto'
import { isBuildTerminal, type NewBuild } from '@harmont/engine'
import { conditionHolds, parsePlan } from '@harmont/ir'
import type pg from 'pg'
import { hashToken } from '../access/hash-token.ts'
import { transaction } from '../database/transaction.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import type { Membership } from '../http/index.ts'
import type { PipelineRow } from '../pipelines/store.ts'
import { buildContext, conditionContext } from './build-context.ts'
import type { BuildInput } from './build-input.ts'
import { runnerToken } from './runner-token.ts'
import { insertBuildRecord, nextBuildNumber } from './store.ts'

export interface SubmitServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly publicUrl: string
  readonly runnerSecret: string
}

export interface Submission {
  readonly membership: Membership
  readonly pipeline: PipelineRow
  readonly authorId: string
  readonly input: BuildInput
}

export interface Submitted {
  readonly id: string
  readonly number: number
  /** It could not be planned, and has failed already. */
  readonly isRejected: boolean
}

/** Makes the build with everything that belongs to it, in one transaction: when this resolves it is on disk. */
export async function submitBuild(
  services: SubmitServices,
  { membership, pipeline, authorId, input }: Submission,
): Promise<Submitted> {
  const id = randomUUID()
  const createdAt = new Date()
  const from = startOf(input)
  const { number, announce } = await transaction(services.pool, async (client) => {
    const number = await nextBuildNumber(client, pipeline.id)
    const context = buildContext(input, { membership, pipeline, number, publicUrl: services.publicUrl })
    const request = { id, queue: membership.organizationId, at: createdAt.getTime(), from }
    const { build, announce } = await services.engine.submit(client, request, context)
    const token = runnerToken(services.runnerSecret, id)
    await insertBuildRecord(client, {
      ...input,
      id,
      pipelineId: pipeline.id,
      number,
      authorId,
      sourceBlob: input.upload?.blob ?? null,
      createdAt,
      runnerTokenHash: isBuildTerminal(build.state) ? null : hashToken(token),
    })
    return { number, announce }
  })
  announce()
  return { id, number, isRejected: from.kind === 'rejected' }
}

/** What the build begins with: its steps, a rendering, or the reason why it cannot run. */
function startOf(input: BuildInput): NewBuild['from'] {
  if (input.ir === null) return { kind: 'render' }
  const planned = parsePlan(input.ir)
  if (!planned.ok) return { kind: 'rejected', ...planned.error }
  const facts = conditionContext(input)
  const conditions = planned.plan.steps.map((step) => conditionHolds(step.condition, facts))
  return { kind: 'plan', plan: planned.plan, conditions }
}
