import { queueDiscovery } from '../discovery/queue-discovery.ts'
import type { PushEvent } from '../forge/events.ts'
import type { Forge } from '../forge/forge.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
import { triggersMatch } from '../triggers/match-triggers.ts'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import { pipelinesOf } from '../triggers/store.ts'
import { authorOf } from './author-of.ts'
import { buildWithCheck } from './build-with-check.ts'
import { changedOrUnknown } from './changed-or-unknown.ts'
import type { Delivered, ProcessServices } from './process-delivery.ts'

/** Builds the pipelines that a push of a branch or tag triggers; a push to the default branch may also have changed what pipelines there are. */
export async function onPush(
  services: ProcessServices,
  delivered: Delivered,
  event: PushEvent,
): Promise<string | null> {
  const { ref, after } = event
  if (after === null) return null
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  if (name === undefined) return null
  const { pool } = services
  const repository = await findConnected(pool, delivered.forge.name, event.repository.externalId)
  if (repository === undefined) return 'no organization has connected the repository'
  const isTag = kind === 'tags'
  if (!isTag && name === repository.defaultBranch)
    await queueDiscovery(pool, repository.forge, [repository.address.externalId])
  const pipelines = await pipelinesOf(pool, repository)
  if (pipelines.length === 0) return null
  const changed = isTag ? null : await changedBy(delivered.forge, repository, event)
  const happening = { event: 'push', on: isTag ? 'tags' : 'branches', ref: name, changed } as const
  const author = await authorOf(pool, repository, event.sender)
  for (const pipeline of pipelines) {
    if (!triggersMatch(parseTriggers(pipeline.triggers).triggers, happening)) continue
    await buildWithCheck(services, {
      repository,
      pipeline,
      author,
      branch: name,
      commit: after,
      message: event.message,
      sourceName: repository.id,
      refs: [ref],
      facts: {
        event: 'push',
        tag: isTag ? name : null,
        baseBranch: null,
        pullRequest: null,
        changed,
        trust: 'trusted',
        refClass: 'fetched',
        held: false,
        delivery: delivered.name,
        rebuildOf: null,
        recordedSource: 'webhook',
      },
    })
  }
  return null
}

/** null: nobody knows, as of a branch that is new. */
async function changedBy(
  forge: Forge,
  { address }: ConnectedRepository,
  { files, before, after }: PushEvent,
): Promise<readonly string[] | null> {
  if (files !== null || before === null || after === null) return files
  return changedOrUnknown(() => forge.changedByPush(address, before, after))
}
