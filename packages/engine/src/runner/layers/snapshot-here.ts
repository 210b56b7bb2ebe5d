import type { Snapshot } from '@harmont/sandbox'
import type { JobContext } from '../job-context.ts'

/**
 * Returns a snapshot that the job starts from, and fetches it from other runners if necessary.
 * Returns undefined when no runner has it. Throws `LayersUnavailable`.
 */
export async function snapshotHere(context: JobContext, id: string): Promise<Snapshot | undefined> {
  const { options, taker } = context
  return (await options.driver.snapshots.get(id)) ?? taker?.take(context, id)
}
