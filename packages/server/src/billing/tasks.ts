import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Settings } from '../platform/settings/read-settings.ts'
import { readText } from '../platform/worker/payload.ts'
import { findMismatches } from './ledger/ledger.ts'
import { bookingTask } from './payments/booking.ts'
import { disputeBooking } from './payments/disputes.ts'
import { removeOldEvents } from './payments/payment-store.ts'
import { refundBooking } from './payments/refunds.ts'
import { findForgotten, meterOrganization, organizationsToMeter } from './usage/metering.ts'

interface BillingTaskServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly log: Logger
}

/** The end of a build charges its jobs at once; `meter` charges the jobs of running builds. */
export const billingCrontab = ['* * * * * meter', '7 * * * * audit_money', '41 3 * * * forget_stripe_events']

/** Tasks that charge for use, check the books, and book refunds and disputes. */
export function billingTasks(services: BillingTaskServices): TaskList {
  const { pool, settings, log } = services
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
    book_refund: bookingTask(services, refundBooking),
    book_dispute: bookingTask(services, disputeBooking),
    forget_stripe_events: () => removeOldEvents(pool),
  }
}
