import { checkName } from '../checks/check-name.ts'
import { queueFollow } from '../checks/queue-follow.ts'
import { insertCheck } from '../checks/store.ts'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import { type StartServices, startBuild, type TriggeredBuild } from '../triggers/start-build.ts'
import type { TriggeredPipeline } from '../triggers/store.ts'

/** Makes the build and, in the same transaction, its check. */
export async function buildWithCheck(
  services: StartServices,
  build: TriggeredBuild & { readonly pipeline: TriggeredPipeline },
): Promise<void> {
  const { repository, pipeline, commit, facts } = build
  const { triggers } = parseTriggers(pipeline.triggers)
  await startBuild(services, {
    ...build,
    within: async (client, { id }) => {
      await insertCheck(client, {
        id,
        organizationId: repository.organizationId,
        forge: repository.forge,
        forgeRepositoryId: repository.address.externalId,
        commit,
        name: checkName(pipeline.slug, triggers, facts.event === 'pull_request'),
      })
      await queueFollow(client, id)
    },
  })
}
