import { randomUUID } from 'node:crypto'
import { type DisputeEventType, type SignedEvent, startStripe } from '@harmont/outside/stripe'
import { afterAll, afterEach, expect, test } from 'vitest'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { testServer } from '../../testing/server.ts'
import { findMismatches } from '../ledger/ledger.ts'
import { orders, paid, payers, type Session } from './payer.test-support.ts'
import { refundCheckout } from './refund-checkout.ts'
import { openStripe } from './stripe.ts'

const stripe = await startStripe()
const it = testServer(stripe.environment)
afterAll(() => stripe.stop())
afterEach(async () => {
  expect(stripe.refused).toEqual([])
  expect(await findMismatches(it.server.pool)).toEqual([])
})

type Dispute = ReturnType<typeof stripe.dispute>

const payer = payers(it, stripe)

async function send(event: SignedEvent): Promise<void> {
  expect((await payer.send(event)).status).toBe(200)
}

const pay = (session: Session) => send(stripe.event('checkout.session.completed', paid(session)))
const tell = (type: DisputeEventType, dispute: Dispute) => send(stripe.event(type, dispute))

/** Returns a new payer of 30 dollars and the session. */
async function newPayer() {
  const person = await payer.newPayer()
  const { organization, token } = person
  const session = await payer.begin(person, 3000)
  const entries = async () =>
    (
      await it.request<{ data: { amount_cents: number; description: string }[] }>(
        token,
        'GET',
        `/api/v0/billing/transactions/${organization}?source=refund`,
      )
    ).body.data.map(({ amount_cents, description }) => [amount_cents, description])
  return { ...person, session, entries, balance: () => payer.balanceOf(person) }
}

/** Simulates a dispute from its start until it is won. Returns its events as Stripe sends them. */
function wonDispute(session: Session) {
  const dispute = stripe.dispute(session)
  const created = stripe.event('charge.dispute.created', dispute)
  stripe.move(dispute, -3000, { fee: 1500 })
  const withdrawn = stripe.event('charge.dispute.funds_withdrawn', dispute)
  Object.assign(dispute, { status: 'won' })
  const closed = stripe.event('charge.dispute.closed', dispute)
  stripe.move(dispute, 3000)
  const reinstated = stripe.event('charge.dispute.funds_reinstated', dispute)
  return { dispute, events: { created, withdrawn, closed, reinstated } }
}

test('G41 a dispute is taken from the balance once, and returned once when it is won', async () => {
  const { session, balance, entries } = await newPayer()
  await pay(session)
  const { dispute, events } = wonDispute(session)
  await send(events.created)
  expect(await balance()).toBe(3000)
  for (const _ of [1, 2]) await send(events.withdrawn)
  await tell('charge.dispute.updated', { ...dispute, balance_transactions: dispute.balance_transactions.slice(0, 1) })
  expect(await balance()).toBe(0)
  await send(events.closed)
  expect(await balance()).toBe(0)
  for (const _ of [1, 2]) await send(events.reinstated)
  expect(await balance()).toBe(3000)
  const description = `Dispute ${dispute.id} of ${session.id}`
  expect(await entries()).toEqual([
    [3000, description],
    [-3000, description],
  ])
})

test('G41 a dispute ends in the same balance in any order of its events, each sent twice', async () => {
  for (const order of orders(['created', 'withdrawn', 'closed', 'reinstated'] as const)) {
    const { session, balance, entries } = await newPayer()
    await pay(session)
    const { events } = wonDispute(session)
    for (const each of order) for (const _ of [1, 2]) await send(events[each])
    expect([order, await balance(), (await entries()).length]).toEqual([order, 3000, 2])
  }
})

test('G41 concurrent events of one dispute book it once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { session, balance, entries } = await newPayer()
    await pay(session)
    const { dispute } = wonDispute(session)
    const types = [
      'charge.dispute.funds_withdrawn',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ] as const
    await Promise.all([...types, ...types].map((type) => tell(type, dispute)))
    expect([await balance(), (await entries()).length]).toEqual([3000, 2])
  }
})

test('a lost dispute stays booked; a partial dispute, or one after a partial refund, leaves the rest', async () => {
  const lost = await newPayer()
  await pay(lost.session)
  const part = stripe.dispute(lost.session, 1200)
  stripe.move(part, -1200, { fee: 1500 })
  await tell('charge.dispute.funds_withdrawn', part)
  await tell('charge.dispute.closed', Object.assign(part, { status: 'lost' }))
  expect(await lost.balance()).toBe(1800)

  const refunded = await newPayer()
  await pay(refunded.session)
  await send(stripe.event('refund.created', stripe.refundInPages(refunded.session, 1000)))
  const whole = stripe.dispute(refunded.session)
  stripe.move(whole, -3000)
  await tell('charge.dispute.funds_withdrawn', whole)
  expect(await refunded.balance()).toBe(-1000)
  stripe.move(whole, 1000)
  await tell('charge.dispute.funds_reinstated', whole)
  expect(await refunded.balance()).toBe(0)
})

test('a dispute that arrives before its payment waits for it; a dispute of an unknown payment is ignored', async () => {
  const { session, balance, entries } = await newPayer()
  const { dispute, events } = wonDispute(session)
  await send(events.withdrawn)
  await send(events.reinstated)
  const foreign = { ...dispute, id: 'du_foreign', payment_intent: 'pi_foreign' }
  await tell('charge.dispute.funds_withdrawn', foreign)
  await tell('charge.dispute.funds_withdrawn', { ...foreign, payment_intent: null })
  expect(await entries()).toEqual([])
  await pay(session)
  await expect.poll(async () => (await entries()).length).toBe(2)
  expect(await balance()).toBe(3000)
  const waiting = async () =>
    (
      await it.server.pool.query(
        "select key from graphile_worker.jobs where task_identifier = 'book_dispute' order by key",
      )
    ).rows.map(({ key }) => key.split(':')[1])
  await expect.poll(waiting).toEqual(['pi_foreign', 'pi_foreign'])
})

test('the command cannot refund a disputed payment until the dispute is won', async () => {
  const { session, balance } = await newPayer()
  await pay(session)
  const account = openStripe(readSettings(stripe.environment))
  if (account === null) throw new Error('Stripe is not set up')
  const refund = () => refundCheckout(it.server.pool, account, session.id)
  const dispute = stripe.dispute(session)
  stripe.move(dispute, -3000)
  await tell('charge.dispute.funds_withdrawn', dispute)
  expect(await refund()).toEqual({ kind: 'disputed' })
  stripe.move(Object.assign(dispute, { status: 'won' }), 3000)
  await tell('charge.dispute.funds_reinstated', dispute)
  expect(await refund()).toEqual({ kind: 'refunded', amountCents: 3000, balanceCents: 0 })
  expect(await balance()).toBe(0)
})

test('a dispute at an account in another currency withdraws and returns the disputed dollars', async () => {
  const { session, balance } = await newPayer()
  await pay(session)
  const dispute = stripe.dispute(session)
  stripe.move(dispute, -2737, { currency: 'eur', fee: 1500 })
  await tell('charge.dispute.funds_withdrawn', dispute)
  expect(await balance()).toBe(0)
  stripe.move(dispute, 2737, { currency: 'eur' })
  await tell('charge.dispute.funds_reinstated', dispute)
  expect(await balance()).toBe(3000)
})

test('a dispute in another currency, or without its movements, is not booked', async () => {
  const { session, balance } = await newPayer()
  await pay(session)
  const dispute = stripe.dispute(session)
  await tell('charge.dispute.funds_withdrawn', dispute)
  stripe.move(dispute, -3000)
  for (const change of [{ currency: 'eur' }, { amount: 0 }])
    await tell('charge.dispute.funds_withdrawn', { ...dispute, id: `du_${randomUUID()}`, ...change })
  expect(await balance()).toBe(3000)
})
