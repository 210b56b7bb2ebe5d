import { requirePipeline } from '../../organizations/index.ts'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { ApiError, type Handlers, scopedOperation, type UploadedSource } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { requestedFacts } from '../records/build-facts.ts'
import { requireBuild } from '../records/require-build.ts'
import { answerNewBuild, replayNewBuild } from './answer-new-build.ts'
import { checkEnv, readBuildInput, refClassOf } from './build-input.ts'
import { createBuildBySource, type SourceBuildServices } from './by-source.ts'
import { completeSource } from './connected-source.ts'
import { isTriggered, requireMayBuild } from './may-build.ts'
import { rebuildOf } from './rebuild-build.ts'

export interface SubmitRouteServices extends SourceBuildServices {
  readonly blobs: BlobStore
}

/** Routes that create builds: of a pipeline, of a repository, and rebuilds. */
export function submitRoutes(
  services: SubmitRouteServices,
): Pick<Handlers, 'createBuild' | 'createBuildBySource' | 'rebuildBuild'> {
  const { pool, blobs } = services
  return {
    createBuild: scopedOperation('createBuild', {
      async resolve({ membership, params }) {
        const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
        await requireMayBuild(services, membership.organizationId, pipeline)
        return pipeline
      },
      handle: (context) =>
        keepOnlyIfUsed(blobs, context.source, async () => {
          const { scope: pipeline, caller, membership: owner, body, source } = context
          const requested = readBuildInput(body, source, services.settings.sourceUrlAllow)
          const { organizationId } = owner
          const input = await completeSource(services.findRepository, organizationId, pipeline.repo_name, requested)
          const author = { userId: caller.userId, name: null }
          const facts = requestedFacts(requested.recordedSource, refClassOf(requested, input))
          return answerNewBuild(services, { owner, pipeline, author, input, facts }, context)
        }),
      replay: (buildId, context) => replayNewBuild(services, buildId, context),
    }),
    createBuildBySource: scopedOperation('createBuildBySource', {
      // Only the body identifies the pipeline.
      resolve: async () => null,
      handle: (context) => keepOnlyIfUsed(blobs, context.source, () => createBuildBySource(services, context)),
      replay: (buildId, context) => replayNewBuild(services, buildId, context),
    }),
    rebuildBuild: scopedOperation('rebuildBuild', {
      async resolve({ membership, params }) {
        const place = await requireBuild(pool, membership.organizationId, params)
        await requireMayBuild(services, membership.organizationId, place.pipeline, isTriggered(place.build))
        return place
      },
      async handle(context) {
        const { scope, membership: owner, caller, body } = context
        const recordedSource = caller.isCookie ? 'ui' : 'api'
        const author = { userId: caller.userId, name: null }
        const wish = { ...scope, owner, author, recordedSource, env: body.env ?? {} } as const
        const submission = await rebuildOf(services, { ...wish, withoutCache: body.without_cache ?? false })
        const errors = new FieldErrors()
        checkEnv(errors, submission.input.env)
        errors.throwIfAny('build_invalid')
        return answerNewBuild(services, submission, context)
      },
      replay: (buildId, context) => replayNewBuild(services, buildId, context),
    }),
  }
}

/** Runs `work`, and removes the request's archive if the request is refused without a build. */
async function keepOnlyIfUsed<T>(blobs: BlobStore, source: UploadedSource | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // After an internal error the build may or may not exist: the sweep decides.
    const isRefused = error instanceof ApiError && error.status < 500 && error.details.build === undefined
    if (isRefused && source?.blob) await blobs.remove(source.blob)
    throw error
  }
}
