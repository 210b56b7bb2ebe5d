import { randomUUID } from 'node:crypto'
import { type RefundEventType, type SignedEvent, startStripe } from '@harmont/outside/stripe'
import { afterAll, afterEach, expect, test } from 'vitest'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { findMismatches } from '../ledger/ledger.ts'
import { orders, paid, payers, type Session } from './payer.test-support.ts'
import { refundCheckout } from './refund-checkout.ts'
import { openStripe } from './stripe.ts'

const stripe = await startStripe()
const it = testServer({ ...stripe.environment, HARMONT_BILLING: 'on' })
const openAccount = () => {
  const account = openStripe(readSettings(stripe.environment))
  if (account === null) throw new Error('Stripe is not set up')
  return account
}
const account = openAccount()
afterAll(() => stripe.stop())
afterEach(async () => {
  expect(stripe.refused).toEqual([])
  expect(await findMismatches(it.server.pool)).toEqual([])
})

type Refund = (typeof stripe.refunds)[number]

const payer = payers(it, stripe)

async function send(event: SignedEvent): Promise<void> {
  expect((await payer.send(event)).status).toBe(200)
}

const pay = (session: Session) => send(stripe.event('checkout.session.completed', paid(session)))
const tell = (type: RefundEventType, refund: Refund) => send(stripe.event(type, refund))

/** Returns a new payer and the session. */
async function newPayer(amount_cents = 3000) {
  const person = await payer.newPayer()
  const { organization, token } = person
  const session = await payer.begin(person, amount_cents)
  const balance = () => payer.balanceOf(person)
  const refunds = async () =>
    (
      await it.request<{ data: { amount_cents: number; description: string }[] }>(
        token,
        'GET',
        `/api/v0/billing/transactions/${organization}?source=refund`,
      )
    ).body.data.map(({ amount_cents, description }) => [amount_cents, description])
  return { ...person, session, balance, refunds, refund: () => refundCheckout(it.server.pool, account, session.id) }
}

test("G41 each partial refund in Stripe's own pages is booked once", async () => {
  const { session, balance, refunds } = await newPayer()
  await pay(session)
  const parts = [stripe.refundInPages(session, 1000), stripe.refundInPages(session, 500)]
  for (const part of [...parts, ...parts]) {
    await tell('refund.created', part)
    await tell('refund.updated', part)
  }
  expect(await balance()).toBe(1500)
  expect(await refunds()).toEqual([
    [-500, session.id],
    [-1000, session.id],
  ])
})

test('G41 a successful and a failed refund end in the same balance in any order of their events, each sent twice', async () => {
  for (const order of orders(['stands', 'begun', 'failed', 'updated'] as const)) {
    const { session, balance } = await newPayer()
    await pay(session)
    const [stands, fails] = [stripe.refundInPages(session, 1000), stripe.refundInPages(session, 500)]
    const before = { ...fails, status: 'pending' }
    stripe.settle(fails, 'failed')
    const events = {
      stands: stripe.event('refund.created', stands),
      begun: stripe.event('refund.created', before),
      failed: stripe.event('refund.failed', fails),
      updated: stripe.event('refund.updated', fails),
    }
    for (const each of order) for (const _ of [1, 2]) await send(events[each])
    expect([order, await balance()]).toEqual([order, 2000])
  }
})

test('G41 concurrent events of a refund, with the command that made it, book it once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { session, balance, refund } = await newPayer()
    await pay(session)
    const part = stripe.refundInPages(session, 1000)
    const events = ['refund.created', 'refund.updated', 'refund.updated'] as const
    const [outcome] = await Promise.all([refund(), ...events.map((type) => tell(type, part))])
    expect(outcome).toMatchObject({ kind: 'refunded', amountCents: 2000 })
    expect(await balance()).toBe(0)
  }
})

test('a refund by the command is booked once, whether its event arrives before or after', async () => {
  const { session, balance, refund, refunds } = await newPayer()
  await pay(session)
  // Stripe has made the refund and sent its event, but the response was lost.
  stripe.misbehave({ on: /refunds/, how: 'after', times: 2 })
  await expect(refund()).rejects.toThrow()
  const made = stripe.refunds.at(-1)
  if (made === undefined) throw new Error('Stripe made no refund')
  await tell('refund.created', made)
  expect(await balance()).toBe(0)
  expect(await refund()).toEqual({ kind: 'refunded', amountCents: 3000, balanceCents: 0 })
  expect(await refund()).toEqual({ kind: 'refunded_before' })
  await tell('refund.updated', made)
  expect(await refunds()).toEqual([[-3000, session.id]])
})

test("the command refunds the rest of a payment, and nothing if all was refunded in Stripe's pages", async () => {
  const { session, balance, refund } = await newPayer()
  await pay(session)
  await tell('refund.created', stripe.refundInPages(session, 1200))
  expect(await refund()).toEqual({ kind: 'refunded', amountCents: 1800, balanceCents: 0 })
  const other = await newPayer()
  await pay(other.session)
  await tell('refund.created', stripe.refundInPages(other.session))
  expect(await other.refund()).toEqual({ kind: 'refunded_before' })
  expect([await balance(), await other.balance()]).toEqual([0, 0])
})

test('a refund by the command that fails later returns to the balance, and can be repeated', async () => {
  const { session, balance, refund, refunds } = await newPayer()
  await pay(session)
  expect(await refund()).toMatchObject({ kind: 'refunded' })
  const made = stripe.refunds.at(-1)
  if (made === undefined) throw new Error('Stripe made no refund')
  await tell('refund.failed', stripe.settle(made, 'failed'))
  expect(await balance()).toBe(3000)
  expect(await refund()).toEqual({ kind: 'refunded', amountCents: 3000, balanceCents: 0 })
  expect((await refunds()).map(([cents]) => cents)).toEqual([-3000, 3000, -3000])
})

test('a refund that arrives before its payment waits for it; a refund of an unknown payment is ignored', async () => {
  const { session, balance, refunds } = await newPayer()
  const early = stripe.refundInPages(session, 700)
  await tell('refund.created', early)
  await tell('refund.updated', early)
  const foreign = { ...early, id: 're_foreign', payment_intent: 'pi_foreign' }
  await tell('refund.created', foreign)
  expect(await refunds()).toEqual([])
  await pay(session)
  await expect.poll(balance).toBe(2300)
  expect(await refunds()).toEqual([[-700, session.id]])
  const waiting = async () =>
    (await it.server.pool.query("select key from graphile_worker.jobs where task_identifier = 'book_refund'")).rows
  await expect.poll(waiting).toEqual([{ key: 'payment:pi_foreign:re_foreign:false' }])
})

test('a balance below zero prevents builds, and the next payment covers it first', async () => {
  const { session, token, organization, balance } = await newPayer()
  await pay(session)
  await it.server.pool.query(
    `with entry as (insert into ledger_entries (id, organization_id, amount_cents, source)
       select gen_random_uuid(), id, -2500, 'admin_grant' from organizations where slug = $1 returning organization_id)
     update billing_accounts set balance_cents = balance_cents - 2500 where organization_id = (select organization_id from entry)`,
    [organization],
  )
  await tell('refund.created', stripe.refundInPages(session))
  expect(await balance()).toBe(-2500)
  const base = `/api/v0/organizations/${organization}/pipelines`
  await it.request(token, 'POST', base, { name: 'ci', repository: 'local/ci', default_branch: 'main' })
  const build = () =>
    it.request(token, 'POST', `${base}/ci/builds`, {
      ...{ branch: 'main', commit: 'c', source_b64: '', pipeline_ir: ir({ key: 'a', cmd: 'true' }) },
    })
  const refused = await build()
  expect([refused.status, codeOf(refused)]).toEqual([402, 'billing_insufficient_balance'])
  const topUp = (cents: number) => payer.pay({ organization, token }, cents)
  await topUp(2500)
  expect([await balance(), (await build()).status]).toEqual([0, 402])
  await topUp(100)
  expect([await balance(), (await build()).status]).toEqual([100, 201])
})

test('a payment of a deleted organization can be refunded and is booked', async () => {
  const { session, organization, refund } = await newPayer()
  await pay(session)
  await it.server.pool.query('delete from organizations where slug = $1', [organization])
  await tell('refund.created', stripe.refundInPages(session, 1000))
  expect(await refund()).toEqual({ kind: 'refunded', amountCents: 2000, balanceCents: 0 })
})

test('a refund in another currency, or with an unknown status, is not booked', async () => {
  const { session, balance } = await newPayer()
  await pay(session)
  const refund = stripe.refundInPages(session, 100)
  for (const change of [{ currency: 'eur' }, { status: 'odd' }, { amount: 0 }, { payment_intent: null }])
    await tell('refund.created', { ...refund, id: `re_${randomUUID()}`, ...change })
  expect(await balance()).toBe(3000)
})
