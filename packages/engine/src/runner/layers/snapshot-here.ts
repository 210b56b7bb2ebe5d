import type { Snapshot } from '@harmont/sandbox'
import type { JobContext } from '../job-context.ts'

/**
 * Returns a snapshot that the job starts from, and takes it from other runners where it is not here.
 * Undefined when nobody has it. Throws `LayersUnavailable`.
 */
export async function snapshotHere(context: JobContext, id: string): Promise<Snapshot | undefined> {
  const { options, taker } = context
  return (await options.driver.snapshots.get(id)) ?? taker?.take(context, id)
}
