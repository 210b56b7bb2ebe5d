import type { Database } from '../../platform/database/transaction.ts'

/** Those of one queue are followed one after another, so that no older state overwrites a newer one at the forge. */
const queues = 16

/** The task that follows a build: keeps its check at the forge as the build is, or takes over what a discovery found. */
export function followTask(buildId: string) {
  const shard = Number.parseInt(buildId.slice(0, 8), 16) % queues
  return {
    identifier: 'follow_build',
    payload: { build_id: buildId },
    queue_name: `follow-${shard}`,
    // One that waits is enough: it reads the state when it runs.
    job_key: `follow:${buildId}`,
  } as const
}

/** Has a build followed soon, after whatever changes it within the transaction. */
export async function queueFollow(database: Database, buildId: string): Promise<void> {
  const { identifier, payload, queue_name: queue, job_key: key } = followTask(buildId)
  await database.query({
    name: 'queue-follow',
    text: 'select graphile_worker.add_job($1, $2::json, queue_name := $3, job_key := $4)',
    values: [identifier, JSON.stringify(payload), queue, key],
  })
}
