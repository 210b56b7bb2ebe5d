import type { PullRequestFacts } from '../../builds/submit/build-facts.ts'
import type { PullRequestEvent } from '../forge/events.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { forkNameOf } from '../repositories/source-name.ts'
import { triggersMatch } from '../triggers/match-triggers.ts'
import { parseTriggers } from '../triggers/parse-triggers.ts'
import { pipelinesOf } from '../triggers/store.ts'
import { authorOf } from './author-of.ts'
import { buildWithCheck } from './build-with-check.ts'
import { changedOrUnknown } from './changed-or-unknown.ts'
import type { Delivered, ProcessServices } from './process-delivery.ts'

/** Builds the head of a pull request, that of a fork without secrets and, where the pipeline says so, only once a member approves (`http.md` 11.4). */
export async function onPullRequest(
  services: ProcessServices,
  delivered: Delivered,
  event: PullRequestEvent,
): Promise<string | null> {
  const { head, base, number, action } = event
  const { pool } = services
  const repository = await findConnected(pool, delivered.forge.name, event.repository.externalId)
  if (repository === undefined) return 'no organization has connected the repository'
  const pipelines = await pipelinesOf(pool, repository)
  if (pipelines.length === 0) return null
  const changed = await changedOrUnknown(() => delivered.forge.changedByPullRequest(repository.address, number))
  const author = await authorOf(pool, repository, event.author)
  const commit = await delivered.forge.fullCommit(repository.address, head)
  const sourceName = head.isInForkOnly ? forkNameOf(repository.id, head.repository) : repository.id
  for (const pipeline of pipelines) {
    const happening = { event: 'pull_request', type: action, base: base.ref, changed } as const
    if (!triggersMatch(parseTriggers(pipeline.triggers).triggers, happening)) continue
    if (head.isFork && pipeline.fork_policy === 'never') continue
    await buildWithCheck(services, {
      repository,
      pipeline,
      author,
      branch: head.ref,
      commit,
      message: event.title,
      sourceName,
      refs: head.refs,
      facts: {
        event: 'pull_request',
        tag: null,
        baseBranch: base.ref,
        pullRequest: pullRequestOf(event),
        changed,
        trust: head.isFork ? 'fork' : 'trusted',
        refClass: 'fetched',
        // An author with a membership could have pushed the same to the repository's organization.
        held: head.isFork && pipeline.fork_policy === 'approval' && author.userId === null,
        delivery: event.asOf === null ? delivered.name : { ...delivered.name, asOf: event.asOf },
        rebuildOf: null,
        recordedSource: 'webhook',
      },
    })
  }
  return null
}

function pullRequestOf({ number, title, url, head }: PullRequestEvent): PullRequestFacts {
  return { number, title, url, headRepository: head.repository, fork: head.isFork }
}
