import { randomUUID } from 'node:crypto'
import { now } from '@harmont/sandbox'
import type { DecideContext } from './core/draft.ts'
import { defaultLimits } from './core/limits.ts'
import type { Instant } from './core/model.ts'

/** The settings of every store. */
export interface StoreSettings extends DecideContext {
  /** Milliseconds that a lease lasts until the command has started. */
  readonly startLeaseMs: number
  /** Milliseconds that a lease lasts from then on. */
  readonly leaseMs: number
  /** Never steps: every instant of a build is one of these. */
  readonly now: () => Instant
}

export const defaultStoreSettings: StoreSettings = {
  newId: () => randomUUID(),
  limits: defaultLimits,
  startLeaseMs: 30_000,
  leaseMs: 300_000,
  now,
}

/**
 * Returns the default settings, except for those given. A start takes no longer a lease than a
 * command: `leaseMs` may be short.
 */
export function storeSettings(given: Partial<StoreSettings>): StoreSettings {
  const settings = { ...defaultStoreSettings, ...given }
  return { ...settings, startLeaseMs: Math.min(settings.startLeaseMs, settings.leaseMs) }
}

/** A break of this length interrupts the watch. */
export const longBreakMs = 15 * 60_000
