import type { Database } from '../../platform/database/transaction.ts'
import { bookEntries } from './book-entries.ts'
import type { DisputeMovement } from './disputes.ts'
import { entryId } from './entry-id.ts'

/** Books what a dispute moved, once; the balance may go below zero. False: no payment that was credited here is known of yet. Within a transaction. */
export function bookDispute(client: Database, movement: DisputeMovement): Promise<boolean> {
  const { id, dispute, paymentIntent, amountCents } = movement
  return bookEntries(client, paymentIntent, [
    {
      id: entryId(`dispute/${id}`),
      amountCents,
      // The usage page knows it by its first word: the contract has no source of its own for it.
      description: ({ sessionId }) => `Dispute ${dispute} of ${sessionId}`,
      action: amountCents < 0 ? 'payment.disputed' : 'payment.dispute_given_back',
      details: { dispute, movement: id },
    },
  ])
}
