/** Builds by the delivery of a forge, or the tick of a schedule, that made them. */
import type { Database } from '../database/transaction.ts'
import type { Delivery } from './build-facts.ts'

/** Until the transaction ends nobody else makes a build of the pipeline: two workers may have one delivery in hand. */
export async function lockPipeline(database: Database, pipelineId: string): Promise<void> {
  await database.query({
    name: 'lock-pipeline',
    text: 'select from pipelines where id = $1 for no key update',
    values: [pipelineId],
  })
}

/** The build of this pipeline that the delivery made for this event; undefined when there is none yet. */
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
