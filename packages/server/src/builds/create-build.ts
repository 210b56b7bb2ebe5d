import { apiError, type Reply } from '../http/index.ts'
import { awaitRender } from './await-render.ts'
import type { GateServices } from './gates.ts'
import { presentBuild } from './present.ts'
import { requireBuildOf } from './require-build.ts'
import { type Submission, type SubmitServices, submitBuild } from './submit-build.ts'

export interface CreateServices extends SubmitServices, GateServices {
  readonly renderWaitSeconds: number
}

/** Submits a build, waits for its rendering where it has no IR, and gives the answer of both routes. Throws 422 for one that cannot run. */
export async function answerNewBuild(
  services: CreateServices,
  submission: Submission,
  gone: AbortSignal,
): Promise<Extract<Reply<'createBuild'>, { status: 201 }>> {
  const { pipeline, owner, input } = submission
  const { id, number, isRejected } = await submitBuild(services, submission)
  if (input.ir === null) await awaitRender(services.engine, id, services.renderWaitSeconds * 1000, gone)
  const build = await requireBuildOf(services.pool, pipeline, number)
  // A planned build was accepted, however soon it fails.
  const isRefused = isRejected || (input.ir === null && build.state === 'failed' && build.error_code !== null)
  if (isRefused)
    throw apiError('build_plan_rejected', build.error_message ?? build.error_code ?? 'The build has failed.', {
      build: { pipeline_slug: pipeline.slug, number },
    })
  const location = `${services.publicUrl}/api/v0/organizations/${owner.organizationSlug}/pipelines/${pipeline.slug}/builds/${number}`
  return { status: 201, body: presentBuild(build, pipeline.slug), headers: { location } }
}
