import { randomUUID } from 'node:crypto'
import { now } from '@harmont/sandbox'
import type { DecideContext } from './core/draft.ts'
import { defaultLimits } from './core/limits.ts'
import type { Instant } from './core/model.ts'

/** The settings of every store. */
export interface StoreSettings extends DecideContext {
  /** Duration of a lease until the command has started, in milliseconds. */
  readonly startLeaseMs: number
  /** Duration of a lease after that, in milliseconds. */
  readonly leaseMs: number
  /** Never steps, and provides every instant of a build. */
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
 * Returns the default settings, except for those given. The lease of a start is never longer than
 * that of a command, because `leaseMs` may be short.
 */
export function storeSettings(given: Partial<StoreSettings>): StoreSettings {
  const settings = { ...defaultStoreSettings, ...given }
  return { ...settings, startLeaseMs: Math.min(settings.startLeaseMs, settings.leaseMs) }
}

/** A break of this length interrupts the watch. */
export const longBreakMs = 15 * 60_000
