import type { PipelineRow } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Idempotency, type Membership, type Reply } from '../../platform/http/index.ts'
import { presentBuild } from '../records/present-build.ts'
import { requireBuildOf } from '../records/require-build.ts'
import { awaitRender } from './await-render.ts'
import type { Owner } from './build-context.ts'
import { type Submission, type SubmitServices, submitBuild } from './submit-build.ts'

export interface CreateServices extends SubmitServices {
  readonly renderWaitSeconds: number
}

type Created = Extract<Reply<'createBuild'>, { status: 201 }>

/**
 * Submits a build, waits for its rendering if it has no IR, and returns the answer. All routes that
 * create builds use it. Throws 422 for a build that cannot run.
 */
export async function answerNewBuild(
  services: CreateServices,
  submission: Submission,
  { idempotency, signal }: { readonly idempotency: Idempotency | null; readonly signal: AbortSignal },
): Promise<Created> {
  const { pipeline, owner } = submission
  const { id, number, steps } = await submitBuild(services, {
    ...submission,
    async within(client, build) {
      await submission.within?.(client, build)
      await idempotency?.keep(client, build.id)
    },
  })
  return answerBuild(services, owner, { id, pipeline, number, steps }, signal)
}

/**
 * Returns the answer again for a build that an earlier request with the same `Idempotency-Key`
 * created.
 */
export async function replayNewBuild(
  services: CreateServices,
  buildId: string,
  { membership, signal }: { readonly membership: Membership; readonly signal: AbortSignal },
): Promise<Created> {
  const place = await findBuildPlace(services.pool, membership.organizationId, buildId)
  if (place === undefined) throw apiError('build_not_found', 'The build was deleted with its pipeline.')
  const { pipelineId, pipelineSlug: slug, number } = place
  return answerBuild(
    services,
    membership,
    { id: buildId, pipeline: { id: pipelineId, slug }, number, steps: null },
    signal,
  )
}

interface MadeBuild {
  readonly id: string
  readonly pipeline: Pick<PipelineRow, 'id' | 'slug'>
  readonly number: number
  /** The number of its steps; null if they may not have been rendered yet. */
  readonly steps: number | null
}

async function answerBuild(
  services: CreateServices,
  owner: Owner,
  { id, pipeline, number, steps: known }: MadeBuild,
  gone: AbortSignal,
): Promise<Created> {
  const { pool, engine, publicUrl, renderWaitSeconds } = services
  const steps = known ?? (await awaitRender(engine, id, renderWaitSeconds * 1000, gone))
  const build = await requireBuildOf(pool, pipeline, number)
  // A build with steps was accepted, even if it fails immediately.
  if (steps === 0 && build.state === 'failed')
    throw apiError('build_plan_rejected', build.error_message ?? build.error_code ?? 'The build has failed.', {
      build: { pipeline_slug: pipeline.slug, number },
    })
  const location = `${publicUrl}/api/v0/organizations/${owner.organizationSlug}/pipelines/${pipeline.slug}/builds/${number}`
  return { status: 201, body: presentBuild(build, pipeline.slug), headers: { location } }
}

interface BuildPlace {
  readonly pipelineId: string
  readonly pipelineSlug: string
  readonly number: number
}

/** Finds the address of an organization's build; undefined if it was deleted with its pipeline. */
export async function findBuildPlace(
  database: Database,
  organizationId: string,
  buildId: string,
): Promise<BuildPlace | undefined> {
  const { rows } = await database.query<BuildPlace>({
    name: 'find-build-place',
    text: `select p.id as "pipelineId", p.slug as "pipelineSlug", r.number from build_records r join pipelines p on p.id = r.pipeline_id
            where r.id = $1 and p.organization_id = $2`,
    values: [buildId, organizationId],
  })
  return rows[0]
}
