/** Finds builds by the forge delivery, or schedule tick, that created them. */
import type { Database } from '../../platform/database/transaction.ts'
import type { BuildFacts, Delivery } from '../records/build-facts.ts'

/**
 * Locks a pipeline against new builds until the transaction ends, because two workers may process
 * one delivery.
 */
export async function lockPipeline(database: Database, pipelineId: string): Promise<void> {
  await database.query({
    name: 'lock-pipeline',
    text: 'select from pipelines where id = $1 for no key update',
    values: [pipelineId],
  })
}

/** Finds the build that the delivery created for this event; undefined if there is none. */
export async function findDelivered(
  database: Database,
  pipelineId: string,
  { provider, id, event }: Delivery,
): Promise<{ readonly id: string; readonly number: number } | undefined> {
  const { rows } = await database.query<{ id: string; number: number }>({
    name: 'find-delivered',
    text: `select id, number from build_records
            where delivery_provider = $1 and delivery_id = $2 and delivery_event = $3 and pipeline_id = $4`,
    values: [provider, id, event, pipelineId],
  })
  return rows[0]
}

/**
 * Finds a pull request's build of the same commit and target, if it is of the event just before
 * this one, or just after it, since events may be late. Returns undefined if there is none, or for
 * a delivery without `asOf`, where the forge decides what to build. A commit that returns after
 * another one is built again.
 */
export async function findSameHead(
  database: Database,
  pipelineId: string,
  commit: string,
  { delivery, pullRequest, baseBranch }: BuildFacts,
): Promise<{ readonly id: string; readonly number: number } | undefined> {
  if (delivery?.asOf === undefined || pullRequest === null) return undefined
  const ofPullRequest = `
    select id, number, commit, base_branch from build_records
     where pipeline_id = $1 and (pull_request ->> 'number')::integer = $2 and`
  const { rows } = await database.query<{ id: string; number: number }>({
    name: 'find-same-head',
    text: `select id, number
             from ((${ofPullRequest} pull_request_as_of <= $3 order by pull_request_as_of desc limit 1)
                   union all
                   (${ofPullRequest} pull_request_as_of > $3 order by pull_request_as_of limit 1)) beside
            where commit = $4 and base_branch = $5
            limit 1`,
    values: [pipelineId, pullRequest.number, delivery.asOf, commit, baseBranch],
  })
  return rows[0]
}
