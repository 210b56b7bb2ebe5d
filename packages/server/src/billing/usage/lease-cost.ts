import type { BillingRates } from '../../platform/settings/parse.ts'

/** The machine that a step had. */
export interface Shape {
  readonly cpuCount: number
  readonly memoryGb: number
  readonly diskGb: number
}

export const microCentsPerCent = 1_000_000

/** Micro-cents for a machine of this shape during whole seconds (`http.md` 10.1). */
export function leaseCost(seconds: number, shape: Shape, rates: BillingRates): number {
  const { cpuCount, memoryGb, diskGb } = shape
  return seconds * (rates.vcpu * cpuCount + rates.memoryGb * memoryGb + rates.diskGb * diskGb)
}

/** Whole seconds from start to end; a clock that went back counts as none. */
export function leaseSeconds(startedAt: Date, finishedAt: Date): number {
  return Math.max(0, Math.floor((finishedAt.getTime() - startedAt.getTime()) / 1000))
}

/** What a cost takes from an account whose carry is this: whole cents, and the micro-cents that are left for the next. Nothing is lost to rounding. */
export function debitFor(carry: number, cost: number): { readonly debitCents: number; readonly carry: number } {
  const owed = carry + cost
  return { debitCents: Math.floor(owed / microCentsPerCent), carry: owed % microCentsPerCent }
}
