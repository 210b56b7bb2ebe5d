import { randomUUID } from 'node:crypto'
import type { DecideContext } from './core/draft.ts'
import { defaultLimits } from './core/limits.ts'

/** What every store is made with. */
export interface StoreSettings extends DecideContext {
  /** Milliseconds that a lease lasts until the command has started. */
  readonly startLeaseMs: number
  /** Milliseconds that a lease lasts from then on. */
  readonly leaseMs: number
}

export const defaultStoreSettings: StoreSettings = {
  newId: () => randomUUID(),
  limits: defaultLimits,
  startLeaseMs: 30_000,
  leaseMs: 300_000,
}

/** Whoever did not look for so long did not watch. */
export const longBreakMs = 15 * 60_000
