import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CheckoutState, decideCheckout, type SessionFacts } from './decide-checkout.ts'

const news = fc.record({
  type: fc.constantFrom(
    'checkout.session.completed',
    'checkout.session.async_payment_succeeded',
    'checkout.session.async_payment_failed',
    'checkout.session.expired',
    'charge.refunded',
  ),
  sessionId: fc.constant('cs_1'),
  isPaid: fc.boolean(),
  amountCents: fc.constantFrom(500, 500, 500, 499, null),
  currency: fc.constantFrom('usd', 'usd', 'eur', null),
})

const saysPaid = ({ type, isPaid, amountCents, currency }: SessionFacts) =>
  (type === 'checkout.session.async_payment_succeeded' || (type === 'checkout.session.completed' && isPaid)) &&
  amountCents === 500 &&
  currency === 'usd'

test('G41 in any order of events, only a payment of the right amount credits, and once', () => {
  fc.assert(
    fc.property(fc.array(news, { maxLength: 8 }), (events) => {
      let state: CheckoutState = 'open'
      let credits = 0
      for (const event of events) {
        const verdict = decideCheckout({ state, amountCents: 500, sessionId: 'cs_1' }, event)
        if (verdict.do === 'credit') {
          state = 'complete'
          credits += 1
        } else if (verdict.do === 'close') state = verdict.state
      }
      expect(credits).toBe(events.some(saysPaid) ? 1 : 0)
      expect(state === 'complete').toBe(credits === 1)
    }),
  )
})
