import { rebuildOf } from '../../builds/submit/rebuild-build.ts'
import { type Submission, submitBuild } from '../../builds/submit/submit-build.ts'
import { ApiError } from '../../platform/http/index.ts'
import { queueFollow } from '../checks/queue-follow.ts'
import { inheritCheck } from '../checks/store.ts'
import { queueDiscovery } from '../discovery/queue-discovery.ts'
import type { RerunEvent } from '../forge/events.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
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
  let problem: string | null = null
  for (const { build, pipeline } of wanted) {
    const wish = { owner: repository, pipeline, build, author, env: {}, withoutCache: false } as const
    const submission = await orWhyNot(rebuildOf(services, { ...wish, recordedSource: 'webhook' }))
    if (typeof submission === 'string') {
      problem = submission
      continue
    }
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
  return problem
}

/** The files of a build may be kept no longer; those of the others are built all the same. */
async function orWhyNot(submission: Promise<Submission>): Promise<Submission | string> {
  try {
    return await submission
  } catch (error) {
    if (error instanceof ApiError) return error.message
    throw error
  }
}

/** Or why there are none. */
async function wantedBuilds(
  { pool }: ProcessServices,
  repository: ConnectedRepository,
  event: RerunEvent,
): Promise<readonly CheckedBuildOf[] | string> {
  if (event.of.kind === 'commit') return checkedBuildsAt(pool, repository, event.commit)
  const id = await checkedId(pool, repository, event.of)
  if (id === undefined) return 'the check belongs to another app'
  const builds = await checkedBuilds(pool, repository, [id])
  // The check of a discovery.
  if (builds.length === 0) await queueDiscovery(pool, repository.forge, [repository.address.externalId], true)
  return builds
}
