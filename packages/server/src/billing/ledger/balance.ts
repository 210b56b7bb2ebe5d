import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { leaseCost, leaseSeconds, microCentsPerCent } from '../usage/lease-cost.ts'
import { getBalance } from './ledger.ts'
import { uncharged } from './uncharged-store.ts'

/** The gate of a new build (`http.md` 10.2). Throws 402 when billing is on and nothing is available. */
export async function requireBalance(database: Database, settings: Settings, organizationId: string): Promise<void> {
  if (await hasBalance(database, settings, organizationId)) return
  throw apiError(
    'billing_insufficient_balance',
    'The organization has no balance left, or running builds will use it up; top it up to start builds.',
  )
}

/** Whether billing is off, or the balance is more than what runs or has just ended has cost so far. */
export async function hasBalance(database: Database, settings: Settings, organizationId: string): Promise<boolean> {
  if (settings.billing === 'off') return true
  const balance = await getBalance(database, organizationId)
  if (balance <= 0) return false
  const now = new Date()
  const spent = (await uncharged(database, organizationId)).reduce((sum, use) => {
    const shape = { cpuCount: use.cpu_count, memoryGb: use.memory_gb, diskGb: use.disk_gb }
    return sum + leaseCost(leaseSeconds(use.started_at, use.finished_at ?? now), shape, settings.billingRates)
  }, 0)
  return balance * microCentsPerCent > spent
}
