import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Settings } from '../platform/settings/read-settings.ts'
import { readText } from '../platform/worker/payload.ts'
import { findForgotten, findMismatches, organizationsToMeter } from './ledger/ledger.ts'
import { meterOrganization } from './usage/metering.ts'

interface MoneyTaskServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly log: Logger
}

/** A build's end charges its jobs at once; those of builds that go on are charged every minute. */
export const moneyCrontab = ['* * * * * meter', '7 * * * * audit_money']

/** The tasks that charge for use, and check that the books are right. */
export function moneyTasks({ pool, settings, log }: MoneyTaskServices): TaskList {
  const meterAll = async () => {
    for (const organizationId of await organizationsToMeter(pool))
      await meterOrganization(pool, organizationId, settings.billingRates)
  }
  return {
    meter: meterAll,
    meter_organization: async (payload) => {
      await meterOrganization(pool, readText(payload, 'organization_id'), settings.billingRates)
    },
    audit_money: async () => {
      const forgotten = await findForgotten(pool)
      if (forgotten > 0) log.warn({ jobs: forgotten }, 'charged finished jobs that had not been charged')
      await meterAll()
      for (const mismatch of await findMismatches(pool))
        log.error({ ...mismatch }, 'the balance of an organization does not match its ledger')
    },
  }
}
