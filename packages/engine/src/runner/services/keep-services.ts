import { SandboxError, type Service, type SnapshotMeta } from '@harmont/sandbox'
import type { ServiceSnapshots } from '../../core/model.ts'
import { serviceAddress } from '../cache-entry.ts'
import type { JobContext } from '../job-context.ts'
import { withRoom } from '../retry.ts'

/** Larger files of a service slow down its starts on a file system without reflinks. */
const largeBytes = 256 * 1024 ** 2

type KeptServices = { readonly serviceSnapshots?: ServiceSnapshots } | { readonly snapshotError: string }

/**
 * Keeps the files of stopped services, with the metadata of their step. An error while keeping them
 * fails the step, because later steps start from them.
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
      const { id } = await withRoom(context, `store the files of its service ${name}`, () => service.snapshot(own))
      kept[name] = id
      const bytes = await context.options.driver.snapshots.ownBytes(id)
      if (bytes > largeBytes) context.log.remark(largeSentence(name, bytes))
    }
    return { serviceSnapshots: kept }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { snapshotError: error.message }
  }
}

function largeSentence(name: string, bytes: number): string {
  const size = Math.round(bytes / 1024 ** 2)
  return `the service ${name} left ${size} MB for later steps; each of its starts copies the files that it opens for writing, unless the disk has reflinks (hm doctor)`
}
