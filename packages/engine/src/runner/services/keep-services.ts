import { SandboxError, type Service, type SnapshotMeta } from '@harmont/sandbox'
import type { ServiceSnapshots } from '../../core/model.ts'
import { serviceAddress } from '../cache-entry.ts'
import type { JobContext } from '../job-context.ts'
import { withRoom } from '../retry.ts'

type KeptServices = { readonly serviceSnapshots?: ServiceSnapshots } | { readonly snapshotError: string }

/**
 * Keeps the files of services that have stopped, under the metadata of their step's own. A failure
 * to keep them fails the step, because later ones start from them.
 */
export async function keepServices(
  context: JobContext,
  services: readonly Service[],
  meta: SnapshotMeta,
): Promise<KeptServices> {
  if (services.length === 0) return {}
  const kept: Record<string, string> = {}
  try {
    for (const service of services) {
      const { name } = service
      const own = {
        cache: meta.cache && serviceAddress(meta.cache, name),
        origin: { ...meta.origin, service: name },
        ...(meta.secretLineage && { secretLineage: meta.secretLineage }),
      }
      kept[name] = (await withRoom(context, `store the files of its service ${name}`, () => service.snapshot(own))).id
    }
    return { serviceSnapshots: kept }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { snapshotError: error.message }
  }
}
