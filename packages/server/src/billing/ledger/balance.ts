import { stepOf } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { leaseCost, leaseSeconds, microCentsPerCent } from '../usage/lease-cost.ts'
import { getBalance } from './ledger.ts'

/** Throws 402 `billing_insufficient_balance` for a new build without balance (`http.md` 10.2). */
export async function requireBalance(database: Database, settings: Settings, organizationId: string): Promise<void> {
  if (await hasBalance(database, settings, organizationId)) return
  throw apiError(
    'billing_insufficient_balance',
    'The organization has no balance left, or running builds will use it up; top it up to start builds.',
  )
}

/** Returns whether billing is off, or the balance exceeds the cost of everything uncharged. */
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

interface UnchargedUse {
  readonly started_at: Date
  /** null: it is running. */
  readonly finished_at: Date | null
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
}

/** Lists the organization's use of machines that has not been charged, including running jobs. */
async function uncharged(database: Database, organizationId: string): Promise<readonly UnchargedUse[]> {
  const { rows } = await database.query<UnchargedUse>({
    name: 'uncharged-use',
    text: `select started_at, finished_at, cpu_count, memory_gb, disk_gb from unmetered_jobs where organization_id = $1
           union all
           select j.started_at, null, (s->>'cpu')::int, (s->>'memoryGb')::int, (s->>'diskGb')::int
             from engine.leases e
             join engine.jobs j on j.id = e.job_id and j.step is not null
             join engine.builds b on b.id = e.build_id and b.queue = $1::text
             join engine.plans p on p.build_id = e.build_id
            cross join lateral (select ${stepOf('p', 'j')}->'resources' as s) as step
            where e.started`,
    values: [organizationId],
  })
  return rows
}
