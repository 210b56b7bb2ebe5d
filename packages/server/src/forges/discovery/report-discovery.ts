import { type FollowServices, tellCheck } from '../checks/follow-build.ts'
import { findCheck } from '../checks/store.ts'
import { applyDiscovery } from './apply-discovery.ts'
import { describeDiscovery } from './describe-discovery.ts'
import { findDiscoveryErrors } from './store.ts'

/** Takes over what a discovery found when it has ended, and shows its errors at the commit. Does nothing for any other build. */
export async function tellDiscovery(services: FollowServices, id: string): Promise<void> {
  await applyDiscovery(services, id)
  const ended = await findDiscoveryErrors(services.pool, id)
  if (ended === undefined || ended.errors.length === 0) return
  const row = await findCheck(services.pool, id)
  if (row !== undefined) await tellCheck(services, row, describeDiscovery(ended, services.publicUrl))
}
