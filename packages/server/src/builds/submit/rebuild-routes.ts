import { type Handlers, scopedOperation } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { requireBuild } from '../records/require-build.ts'
import { isTriggered } from '../records/triggered.ts'
import { answerNewBuild, type CreateServices, replayNewBuild } from './answer-new-build.ts'
import { checkEnv } from './build-input.ts'
import { passGates } from './may-build.ts'
import { rebuildOf } from './rebuild-build.ts'

/** Builds made once more. */
export function rebuildRoutes(services: CreateServices): Pick<Handlers, 'rebuildBuild'> {
  return {
    rebuildBuild: scopedOperation('rebuildBuild', {
      async resolve({ membership, params }) {
        const place = await requireBuild(services.pool, membership.organizationId, params)
        await passGates(services, membership.organizationId, place.pipeline, isTriggered(place.build))
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
