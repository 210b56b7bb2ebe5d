import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesOf, isRefundOver } from './refunds.ts'

const refunds = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^re_\w{1,6}$/), amountCents: fc.integer({ min: 1 }) }),
  {
    selector: ({ id }) => id,
    maxLength: 4,
  },
)

test('G41 in any order and repetition of events, a standing refund is deducted once and a failed one not at all', () => {
  fc.assert(
    fc.property(refunds, fc.infiniteStream(fc.boolean()), fc.array(fc.nat(), { maxLength: 20 }), (all, over, order) => {
      const ledger = new Map<string, number>()
      const told = new Map<string, boolean>()
      for (const at of all.length === 0 ? [] : order) {
        const refund = all[at % all.length]
        if (refund === undefined) throw new Error('no refund')
        const isOver = over.next().value === true
        told.set(refund.id, isOver || told.get(refund.id) === true)
        for (const entry of entriesOf({ ...refund, paymentIntent: 'pi_1', isOver }))
          ledger.set(entry.id, ledger.get(entry.id) ?? entry.amountCents)
      }
      const standing = all.filter(({ id }) => told.get(id) === false)
      const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, each) => total + BigInt(each), 0n)
      expect(sum(ledger.values())).toBe(-sum(standing.map(({ amountCents }) => amountCents)))
    }),
  )
})

test('the id of an entry depends only on the refund, and is a UUID', () => {
  const [taken, returned] = entriesOf({ id: 're_1', paymentIntent: 'pi_1', amountCents: 5, isOver: true })
  expect([taken?.id, returned?.id]).toEqual([
    expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    expect.not.stringMatching(`^${taken?.id}$`),
  ])
  const other = { id: 're_1', paymentIntent: 'pi_2', amountCents: 7, isOver: false }
  expect(entriesOf(other)[0]?.id).toBe(taken?.id)
})

test('a refund with an unknown status is not booked', () => {
  expect(
    ['pending', 'requires_action', 'succeeded', 'failed', 'canceled', 'new', null, undefined].map(isRefundOver),
  ).toEqual([false, false, false, true, true, null, null, null])
})
