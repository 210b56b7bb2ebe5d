import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { bookDisputeTask } from './early-disputes.ts'
import { bookRefundTask } from './early-refunds.ts'
import { removeOldEvents } from './payment-store.ts'

interface PaymentTaskServices {
  readonly pool: pg.Pool
  readonly log: Logger
}

export const paymentCrontab = ['41 3 * * * forget_stripe_events']

export function paymentTasks(services: PaymentTaskServices): TaskList {
  return {
    book_refund: bookRefundTask(services),
    book_dispute: bookDisputeTask(services),
    forget_stripe_events: () => removeOldEvents(services.pool),
  }
}
