import type { CostOf } from '../../builds/view/view-of-build.ts'
import type { BillingRates } from '../../platform/settings/parse.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'

/** The machine of a step. */
interface Shape {
  readonly cpuCount: number
  readonly memoryGb: number
  readonly diskGb: number
}

export const microCentsPerCent = 1_000_000

/** Returns the cost of a machine for a whole number of seconds, in micro-cents (`http.md` 10.1). */
export function leaseCost(seconds: number, shape: Shape, rates: BillingRates): number {
  const { cpuCount, memoryGb, diskGb } = shape
  return seconds * (rates.vcpu * cpuCount + rates.memoryGb * memoryGb + rates.diskGb * diskGb)
}

/** Returns whole seconds from start to end, at least 0 even if the clock was set back. */
export function leaseSeconds(startedAt: Date, finishedAt: Date): number {
  return Math.max(0, Math.floor((finishedAt.getTime() - startedAt.getTime()) / 1000))
}

/**
 * Splits the cost plus the account's carry into whole cents to debit and a new carry of
 * micro-cents, so that nothing is lost to rounding.
 */
export function debitFor(carry: number, cost: number): { readonly debitCents: number; readonly carry: number } {
  const owed = carry + cost
  return { debitCents: Math.floor(owed / microCentsPerCent), carry: owed % microCentsPerCent }
}

/**
 * Returns a function that computes the cost shown with builds. `cents` is null while billing is
 * off.
 */
export function costWith({ billing, billingRates }: Pick<Settings, 'billing' | 'billingRates'>): CostOf {
  return (uses) => {
    const all = uses.map(({ startedAt, finishedAt, resources }) => {
      const seconds = leaseSeconds(new Date(startedAt), new Date(finishedAt))
      const shape = { cpuCount: resources.cpu, memoryGb: resources.memoryGb, diskGb: resources.diskGb }
      return { microCents: leaseCost(seconds, shape, billingRates), vcpuSeconds: seconds * resources.cpu }
    })
    // Rounds only the sum, so that a hundred steps of half a cent cost fifty cents.
    const microCents = all.reduce((sum, use) => sum + use.microCents, 0)
    return {
      cents: billing === 'off' ? null : Math.floor(microCents / microCentsPerCent),
      vcpu_seconds: all.reduce((sum, use) => sum + use.vcpuSeconds, 0),
    }
  }
}
