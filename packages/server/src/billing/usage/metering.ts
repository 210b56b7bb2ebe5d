import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { transaction } from '../../platform/database/transaction.ts'
import type { BillingRates } from '../../platform/settings/parse.ts'
import { lockAccount, type NewLease, takeUnmetered, type UnmeteredJob, writeLeases } from '../ledger/ledger.ts'
import { debitFor, leaseCost, leaseSeconds } from './lease-cost.ts'

const batch = 500

/** Charges an organization for what has ended and is not charged yet: each attempt once, however often this runs. Gives how many. */
export async function meterOrganization(pool: pg.Pool, organizationId: string, rates: BillingRates): Promise<number> {
  let metered = 0
  for (;;) {
    const taken = await transaction(pool, async (client) => {
      // One at a time for an organization: the carry goes from one lease to the next.
      const carry = await lockAccount(client, organizationId)
      const jobs = await takeUnmetered(client, organizationId, batch)
      if (jobs.length > 0) await writeLeases(client, organizationId, rates, charge(jobs, carry, rates))
      return jobs.length
    })
    metered += taken
    if (taken === 0) return metered
  }
}

function charge(
  jobs: readonly UnmeteredJob[],
  before: number,
  rates: BillingRates,
): { readonly leases: readonly NewLease[]; readonly carry: number } {
  let carry = before
  const leases = jobs.map((job): NewLease => {
    const seconds = leaseSeconds(job.started_at, job.finished_at)
    const shape = { cpuCount: job.cpu_count, memoryGb: job.memory_gb, diskGb: job.disk_gb }
    const cost = leaseCost(seconds, shape, rates)
    const debit = debitFor(carry, cost)
    carry = debit.carry
    return { ...job, seconds, cost, debit_cents: debit.debitCents, entry_id: randomUUID() }
  })
  return { leases, carry }
}
