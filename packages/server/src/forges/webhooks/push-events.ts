/** Builds the pipelines that a push or a pull request triggers. */

import { transaction } from '../../platform/database/transaction.ts'
import { checkName } from '../checks/describe-check.ts'
import { insertSkip } from '../checks/skipped-store.ts'
import { insertCheck, queueReport } from '../checks/store.ts'
import { queueDiscovery } from '../discovery/store.ts'
import type { PullRequestEvent, PushEvent } from '../forge/events.ts'
import { orNull } from '../forge/failures.ts'
import { forkNameOf } from '../repositories/source-name.ts'
import { skippingFilters, triggersMatch } from '../triggers/match-triggers.ts'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import { type StartServices, startBuild, type TriggeredBuild } from '../triggers/start-build.ts'
import { authorOf, pipelinesOf } from '../triggers/store.ts'
import type { Trigger, TriggerFacts } from '../triggers/trigger.ts'
import type { EventContext } from './event-context.ts'

/** Builds the pipelines that a push triggers, and rediscovers those of the default branch. */
export async function onPush(
  { services, forge, repository, delivery }: EventContext,
  { ref, before, after, files, message, sender }: PushEvent,
): Promise<null> {
  const { pool } = services
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  if (after === null || name === undefined) return null
  const isTag = kind === 'tags'
  if (!isTag && name === repository.defaultBranch)
    await queueDiscovery(pool, repository.forge, [repository.address.externalId])
  const pipelines = await pipelinesOf(pool, repository)
  if (pipelines.length === 0) return null
  let changed = isTag ? null : files
  // The forge may refuse, because it no longer has the commits.
  if (!isTag && changed === null && before !== null)
    changed = await orNull(() => forge.changedByPush(repository.address, before, after))
  const pushed = { event: 'push', on: isTag ? 'tags' : 'branches', ref: name, changed } as const
  const author = await authorOf(pool, repository, sender)
  for (const pipeline of pipelines) {
    const { triggers } = parseTriggers(pipeline.triggers)
    if (!triggersMatch(triggers, pushed)) {
      await skip(services, triggers, pushed, { repository, pipeline, commit: after, fork: null })
      continue
    }
    await buildWithCheck(services, triggers, {
      repository,
      pipeline,
      author,
      branch: name,
      commit: after,
      message,
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
        delivery,
        rebuildOf: null,
        recordedSource: 'webhook',
      },
    })
  }
  return null
}

/**
 * Builds the head of a pull request. A fork is built without secrets and, if the pipeline requires
 * it, only after the approval of a member (`http.md` 11.4).
 */
export async function onPullRequest(
  { services, forge, repository, delivery }: EventContext,
  event: PullRequestEvent,
): Promise<null> {
  const { head, base, number, title, url } = event
  const { pool } = services
  const pipelines = await pipelinesOf(pool, repository)
  if (pipelines.length === 0) return null
  const changed = await orNull(() => forge.changedByPullRequest(repository.address, number))
  const author = await authorOf(pool, repository, event.author)
  const commit = await forge.fullCommit(repository.address, head)
  const sourceName = head.isInForkOnly ? forkNameOf(repository.id, head.repository) : repository.id
  for (const pipeline of pipelines) {
    const { triggers } = parseTriggers(pipeline.triggers)
    if (head.isFork && pipeline.fork_policy === 'never') continue
    const facts = { event: 'pull_request', type: event.action, base: base.ref, changed } as const
    if (!triggersMatch(triggers, facts)) {
      const fork = head.isInForkOnly ? head.repository : null
      await skip(services, triggers, facts, { repository, pipeline, commit, fork })
      continue
    }
    await buildWithCheck(services, triggers, {
      repository,
      pipeline,
      author,
      branch: head.ref,
      commit,
      message: title,
      sourceName,
      refs: head.refs,
      facts: {
        event: 'pull_request',
        tag: null,
        baseBranch: base.ref,
        pullRequest: { number, title, url, headRepository: head.repository, fork: head.isFork },
        changed,
        trust: head.isFork ? 'fork' : 'trusted',
        refClass: 'fetched',
        // A member needs no approval, because they could have pushed the same commit to the
        // repository.
        held: head.isFork && pipeline.fork_policy === 'approval' && author.userId === null,
        delivery: event.asOf === null ? delivery : { ...delivery, asOf: event.asOf },
        rebuildOf: null,
        recordedSource: 'webhook',
      },
    })
  }
  return null
}

interface Skipped extends Pick<TriggeredBuild, 'repository' | 'pipeline' | 'commit'> {
  readonly fork: string | null
}

/**
 * Creates a check without a build for an event that only path filters exclude, so that a required
 * check of the repository does not wait forever.
 */
async function skip(
  { pool }: StartServices,
  triggers: readonly Trigger[],
  facts: TriggerFacts,
  { repository, pipeline, commit, fork }: Skipped,
): Promise<void> {
  const filters = skippingFilters(triggers, facts)
  if (filters === null) return
  const isPullRequest = facts.event === 'pull_request'
  await transaction(pool, async (client) => {
    const id = await insertSkip(client, {
      organizationId: repository.organizationId,
      forge: repository.forge,
      forgeRepositoryId: repository.address.externalId,
      commit,
      name: checkName(pipeline.slug, triggers, isPullRequest),
      pipelineId: pipeline.id,
      fork,
      // A push is compared with the previous one only, and a pull request with its target.
      branch: isPullRequest ? null : facts.ref,
      filters,
    })
    if (id !== null) await queueReport(client, id)
  })
}

/** Creates a build and, in the same transaction, its check. */
async function buildWithCheck(
  services: StartServices,
  triggers: readonly Trigger[],
  build: TriggeredBuild,
): Promise<void> {
  const { repository, pipeline, commit, facts } = build
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
      await queueReport(client, id)
    },
  })
}
