import { apiError, type Idempotency, type Membership, type Reply } from '../../platform/http/index.ts'
import { presentBuild } from '../records/present-build.ts'
import { requireBuild } from '../records/require-build.ts'
import { findBuildPlace } from '../records/store-by-id.ts'
import { awaitRender } from './await-render.ts'
import type { Owner } from './build-context.ts'
import type { GateServices } from './may-build.ts'
import { type Submission, type SubmitServices, submitBuild } from './submit-build.ts'

export interface CreateServices extends SubmitServices, GateServices {
  readonly renderWaitSeconds: number
}

type Created = Extract<Reply<'createBuild'>, { status: 201 }>

/** Submits a build, waits for its rendering where it has no IR, and gives the answer of every route that makes one. Throws 422 for one that cannot run. */
export async function answerNewBuild(
  services: CreateServices,
  submission: Submission,
  { idempotency, signal }: { readonly idempotency: Idempotency | null; readonly signal: AbortSignal },
): Promise<Created> {
  const { pipeline, owner } = submission
  const { id, number } = await submitBuild(services, {
    ...submission,
    async within(client, build) {
      await submission.within?.(client, build)
      await idempotency?.keep(client, build.id)
    },
  })
  return answerBuild(services, owner, { id, pipelineSlug: pipeline.slug, number }, signal)
}

/** Renders the answer to a build again that a request with an `Idempotency-Key` has made. */
export async function replayNewBuild(
  services: CreateServices,
  buildId: string,
  { membership, signal }: { readonly membership: Membership; readonly signal: AbortSignal },
): Promise<Created> {
  const place = await findBuildPlace(services.pool, membership.organizationId, buildId)
  if (place === undefined) throw apiError('build_not_found', 'The build was deleted with its pipeline.')
  return answerBuild(services, membership, { id: buildId, ...place }, signal)
}

interface MadeBuild {
  readonly id: string
  readonly pipelineSlug: string
  readonly number: number
}

async function answerBuild(
  services: CreateServices,
  owner: Owner,
  { id, pipelineSlug, number }: MadeBuild,
  gone: AbortSignal,
): Promise<Created> {
  const { pool, engine, publicUrl, renderWaitSeconds } = services
  const steps = await awaitRender(engine, id, renderWaitSeconds * 1000, gone)
  const { build } = await requireBuild(pool, owner.organizationId, { pipeline: pipelineSlug, number })
  // A build that has steps was accepted, however soon it fails.
  if (steps === 0 && build.state === 'failed')
    throw apiError('build_plan_rejected', build.error_message ?? build.error_code ?? 'The build has failed.', {
      build: { pipeline_slug: pipelineSlug, number },
    })
  const location = `${publicUrl}/api/v0/organizations/${owner.organizationSlug}/pipelines/${pipelineSlug}/builds/${number}`
  return { status: 201, body: presentBuild(build, pipelineSlug), headers: { location } }
}
