import { randomUUID } from 'node:crypto'
import { type SessionEventType, startStripe, webhookSecrets } from '@harmont/outside/stripe'
import { afterAll, afterEach, expect, test } from 'vitest'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { findMismatches } from '../ledger/ledger.ts'
import { orders, paid, payers, type Session } from './payer.test-support.ts'
import { refundCheckout } from './refund-checkout.ts'
import { openStripe } from './stripe.ts'

const stripe = await startStripe()
const it = testServer({ ...stripe.environment, HARMONT_RATE_LIMITS: 'checkout_organization=1000/1h' })
afterAll(() => stripe.stop())
afterEach(async () => {
  expect(stripe.refused).toEqual([])
  expect(await findMismatches(it.server.pool)).toEqual([])
})

const { newPayer: newPerson, checkout, begin, send, balanceOf } = payers(it, stripe)

const tell = (type: SessionEventType, session: Session) => send(stripe.event(type, session))

const completed = 'checkout.session.completed'

test('a payment is credited in the ledger when Stripe confirms it', async () => {
  const person = await newPerson()
  const session = await begin(person)
  expect(await balanceOf(person)).toBe(0)
  expect(await tell(completed, paid(session))).toEqual({ status: 200, body: { status: 'ok' } })
  expect(await balanceOf(person)).toBe(2500)
  const ledger = await it.request(person.token, 'GET', `/api/v0/billing/transactions/${person.organization}`)
  expect(ledger.body).toMatchObject({ data: [{ amount_cents: 2500, source: 'stripe_topup', description: session.id }] })
})

test('an organization has one customer at Stripe, even if it starts ten payments at once', async () => {
  const person = await newPerson()
  const before = stripe.customers.length
  await Promise.all(Array.from({ length: 10 }, () => begin(person, 100)))
  await begin(person, 1_000_000)
  expect(stripe.customers.length - before).toBe(1)
})

test.for([99, 1_000_001, 0, -5, 12.5, '2500', null] as const)('the amount %j is refused', async (amount) => {
  const answer = await checkout(await newPerson(), amount)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'invalid_amount'])
})

test('G41 a payment is credited once, though its five events arrive in any order, each twice', async () => {
  const person = await newPerson()
  const all = orders([
    completed,
    'checkout.session.async_payment_succeeded',
    'checkout.session.expired',
    'checkout.session.async_payment_failed',
    'unpaid',
  ] as const)
  expect(all).toHaveLength(120)
  for (const [round, order] of all.entries()) {
    const session = await begin(person, 100)
    for (const each of order) {
      const event = each === 'unpaid' ? stripe.event(completed, session) : stripe.event(each, paid(session))
      expect((await send(event)).status).toBe(200)
      if (round % 7 === 0) expect((await send(event)).status).toBe(200)
    }
  }
  expect(await balanceOf(person)).toBe(12_000)
})

test('G41 concurrent events of one session credit it once', async () => {
  const person = await newPerson()
  for (let round = 0; round < 10; round += 1) {
    const session = paid(await begin(person, 100))
    const events = [
      stripe.event(completed, session),
      stripe.event('checkout.session.async_payment_succeeded', session),
      stripe.event(completed, session),
    ]
    const answers = await Promise.all([...events, ...events].map(send))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  }
  expect(await balanceOf(person)).toBe(1000)
})

test('an event that arrives before the response to the checkout counts', async () => {
  const person = await newPerson()
  stripe.misbehave({ on: /sessions/, how: 'after', times: 2 })
  const answer = await checkout(person, 700)
  expect([answer.status, codeOf(answer)]).toEqual([502, 'billing_provider_error'])
  const session = stripe.sessions.at(-1)
  if (session === undefined) throw new Error('Stripe made no session')
  await tell(completed, paid(session))
  expect(await balanceOf(person)).toBe(700)
})

test.for([
  ['answers 500', { on: /sessions/, how: '500', times: 2 }],
  ['asks for patience', { on: /customers/, how: '429' }],
  ['is hidden by a proxy', { on: /customers/, how: 'secondary' }],
  ['is hidden by a page', { on: /sessions/, how: '502', times: 2 }],
  ['cuts the connection', { on: /sessions/, how: 'reset', times: 2 }],
] as const)('when Stripe %s the answer is 502, and the next try works', async ([, misbehaviour]) => {
  const person = await newPerson()
  stripe.misbehave(misbehaviour)
  const answer = await checkout(person, 700)
  expect([answer.status, codeOf(answer)]).toEqual([502, 'billing_provider_error'])
  await begin(person, 700)
})

test('repeating a request under one key returns the same payment page, even if the first got no response', async () => {
  const person = await newPerson()
  const key = { 'idempotency-key': randomUUID() }
  stripe.misbehave({ on: /sessions/, how: 'after', times: 2 })
  expect((await checkout(person, 900, key)).status).toBe(502)
  const before = stripe.sessions.length
  const [again, once] = [await checkout(person, 900, key), await checkout(person, 900, key)]
  expect([again.status, once.body.checkout_url]).toEqual([200, again.body.checkout_url])
  expect(stripe.sessions).toHaveLength(before)
})

test('G36 an event is accepted only if either secret signed its bytes within the last 300 s', async () => {
  const person = await newPerson()
  const session = paid(await begin(person, 300))
  const good = stripe.event(completed, session)
  const [old] = webhookSecrets
  for (const bad of [
    { ...good, payload: good.payload.replace('300', '301') },
    { ...good, payload: `${good.payload} ` },
    { ...good, signature: '' },
    { ...good, signature: good.signature.replace(/v1=\w{6}/, 'v1=000000') },
    { ...good, signature: good.signature.replace('v1=', 'v0=') },
    stripe.event(completed, session, { secret: 'whsec_of_somebody_else' }),
    stripe.event(completed, session, { ageSeconds: 330 }),
  ]) {
    const answer = await send(bad)
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'stripe_signature_invalid'])
  }
  expect(await balanceOf(person)).toBe(0)
  expect((await send(stripe.event(completed, session, { secret: old, ageSeconds: 200 }))).status).toBe(200)
  expect(await balanceOf(person)).toBe(300)
})

test('a payment with another amount, currency or session is not credited, and logged', async () => {
  const person = await newPerson()
  for (const change of [{ amount_total: 1 }, { currency: 'eur' }, { id: 'cs_test_other' }]) {
    const session = { ...paid(await begin(person, 300)), ...change }
    expect((await tell(completed, session)).status).toBe(200)
  }
  expect((await tell(completed, { ...paid(await begin(person)), client_reference_id: randomUUID() })).status).toBe(200)
  expect((await tell(completed, { ...paid(await begin(person)), client_reference_id: null })).status).toBe(200)
  expect(await balanceOf(person)).toBe(0)
})

test('a refund is made once at Stripe and booked once, even if it was interrupted', async () => {
  const person = await newPerson()
  const session = await begin(person, 4000)
  const account = openStripe(readSettings(stripe.environment))
  if (account === null) throw new Error('Stripe is not set up')
  const refund = () => refundCheckout(it.server.pool, account, session.id)
  expect(await refund()).toEqual({ kind: 'not_paid' })
  expect(await refundCheckout(it.server.pool, account, 'cs_unknown')).toEqual({ kind: 'unknown' })
  await tell(completed, paid(session))
  stripe.misbehave({ on: /refunds/, how: 'after', times: 2 })
  await expect(refund()).rejects.toThrow()
  expect(await balanceOf(person)).toBe(4000)
  const outcomes = await Promise.all([refund(), refund(), refund()])
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['refunded', 'refunded_before', 'refunded_before'])
  expect(stripe.refunds.filter(({ payment_intent }) => payment_intent === session.payment_intent)).toHaveLength(1)
  expect(await balanceOf(person)).toBe(0)
})

test('a user who paid cannot delete the account; a user who only started a payment can', async () => {
  const [payer, other] = [await newPerson(), await newPerson()]
  await tell(completed, paid(await begin(payer)))
  await begin(other)
  const refused = await it.request(payer.token, 'DELETE', '/api/v0/user')
  expect([refused.status, codeOf(refused)]).toEqual([409, 'account_has_billing_history'])
  expect((await it.request(other.token, 'DELETE', '/api/v0/user')).status).toBe(204)
})
