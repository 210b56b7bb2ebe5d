import { rebuildOf } from '../builds/rebuild-build.ts'
import { submitBuild } from '../builds/submit-build.ts'
import { queueFollow } from '../checks/queue-follow.ts'
import { inheritCheck } from '../checks/store.ts'
import { queueDiscovery } from '../discovery/queue-discovery.ts'
import type { RerunEvent } from '../forges/event.ts'
import { type ConnectedRepository, findConnected } from '../repositories/find-connected.ts'
import { orRejected } from '../triggers/start-build.ts'
import { authorOf } from './author-of.ts'
import { type CheckedBuildOf, checkedBuilds, checkedBuildsAt, checkedId } from './checked-builds.ts'
import type { Delivered, ProcessServices } from './process-delivery.ts'

/** Builds once more what a check stands for, or the newest build of each pipeline at a commit (`http.md` 11.4). The forge asks only whom it lets. */
export async function onRerun(
  services: ProcessServices,
  delivered: Delivered,
  event: RerunEvent,
): Promise<string | null> {
  const { pool } = services
  const repository = await findConnected(pool, delivered.forge.name, event.repository.externalId)
  if (repository === undefined) return 'no organization has connected the repository'
  const wanted = await wantedBuilds(services, repository, event)
  if (typeof wanted === 'string') return wanted
  const author = await authorOf(pool, repository, event.sender)
  for (const { build, pipeline } of wanted) {
    const wish = { owner: repository, pipeline, build, author, env: {}, withoutCache: false } as const
    const submission = await rebuildOf(services, { ...wish, recordedSource: 'webhook' })
    await submitBuild(
      services,
      await orRejected(services, {
        ...submission,
        facts: { ...submission.facts, delivery: delivered.name },
        within: async (client, { id }) => {
          await inheritCheck(client, id)
          await queueFollow(client, id)
        },
      }),
    )
  }
  return null
}

/** Or why there are none. */
async function wantedBuilds(
  { pool }: ProcessServices,
  repository: ConnectedRepository,
  event: RerunEvent,
): Promise<readonly CheckedBuildOf[] | string> {
  if (event.of.kind === 'commit') return checkedBuildsAt(pool, repository, event.commit)
  const id = await checkedId(pool, repository, event.of)
  if (id === undefined) return 'the check is none of ours'
  const builds = await checkedBuilds(pool, repository, [id])
  // The check of a discovery.
  if (builds.length === 0) await queueDiscovery(pool, repository.forge, [repository.address.externalId], true)
  return builds
}
