import type { Database } from '../database/transaction.ts'
import type { ForgeName } from '../forges/provider.ts'

/** Those of one queue are begun one after another, so that of two heads of a branch the later one is seen later. */
const queues = 8

/**
 * Has the pipelines of a repository found anew, soon; asked for several times before that it is done once. `again`: also when nothing is new since the
 * last time.
 */
export async function queueDiscovery(
  database: Database,
  { forge, address: { externalId } }: { readonly forge: ForgeName; readonly address: { readonly externalId: string } },
  again = false,
): Promise<void> {
  await database.query({
    name: 'queue-discovery',
    text: `select graphile_worker.add_job('discover', json_build_object('forge', $1::text, 'repository', $2::text, 'again', $3::boolean),
             queue_name := 'discover-' || (abs(hashtext($2)) % ${queues}), job_key := 'discover:' || $1 || ':' || $2)`,
    values: [forge, externalId, again],
  })
}
