import type { Database } from '../../platform/database/transaction.ts'
import type { ForgeName } from '../forge/forge.ts'

/** Those of one queue are begun one after another, so that of two heads of a branch the later one is seen later. */
const queues = 8

/**
 * Has the pipelines of repositories, by their forge's ids, found anew, soon; asked for several times before that it is done once. `again`: also when nothing
 * is new since the last time. All else goes first: an installation may show thousands of repositories.
 */
export async function queueDiscovery(
  database: Database,
  forge: ForgeName,
  externalIds: readonly string[],
  again = false,
): Promise<void> {
  await database.query({
    name: 'queue-discovery',
    text: `select graphile_worker.add_job('discover', json_build_object('forge', $1::text, 'repository', id, 'again', $3::boolean),
                    queue_name := 'discover-' || (abs(hashtext(id)) % ${queues}), job_key := 'discover:' || $1 || ':' || id, priority := 10)
             from unnest($2::text[]) as id`,
    values: [forge, externalIds, again],
  })
}
