import type { CostOf } from '../../builds/view/view-of-build.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { leaseCost, leaseSeconds, microCentsPerCent } from './lease-cost.ts'

/**
 * Returns how the views of builds learn what machines cost. `cents` is null while billing is off.
 */
export function costWith({ billing, billingRates }: Pick<Settings, 'billing' | 'billingRates'>): CostOf {
  return (uses) => {
    const all = uses.map(({ startedAt, finishedAt, resources }) => {
      const seconds = leaseSeconds(new Date(startedAt), new Date(finishedAt))
      const shape = { cpuCount: resources.cpu, memoryGb: resources.memoryGb, diskGb: resources.diskGb }
      return { microCents: leaseCost(seconds, shape, billingRates), vcpuSeconds: seconds * resources.cpu }
    })
    // Rounded once: a hundred steps of half a cent are fifty.
    const microCents = all.reduce((sum, use) => sum + use.microCents, 0)
    return {
      cents: billing === 'off' ? null : Math.floor(microCents / microCentsPerCent),
      vcpu_seconds: all.reduce((sum, use) => sum + use.vcpuSeconds, 0),
    }
  }
}
