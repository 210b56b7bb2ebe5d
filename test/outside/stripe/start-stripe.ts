/**
 * A double of Stripe on loopback, for tests: customers, checkout sessions, refunds, and signed
 * events. The types of Stripe's own library judge requests, idempotency follows
 * https://docs.stripe.com/api/idempotent_requests, and Stripe's own helper signs events.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import qs from 'qs'
import { Stripe } from 'stripe'
import { type Misbehaviour, makeMood, misbehave } from '../misbehaviour.ts'
import { type DisputeEventType, makeDisputes } from './disputes.ts'
import { type Form, isForm, problemOf } from './parameters.ts'
import { makeRefunds, type Problem } from './refunds.ts'

/** Events of a checkout. */
export type SessionEventType =
  | 'checkout.session.completed'
  | 'checkout.session.async_payment_succeeded'
  | 'checkout.session.async_payment_failed'
  | 'checkout.session.expired'

/** Events of a refund, whatever its origin. */
export type RefundEventType = 'refund.created' | 'refund.updated' | 'refund.failed'

export interface SignedEvent {
  readonly id: string
  readonly payload: string
  readonly signature: string
}

interface SignOptions {
  readonly secret?: string
  readonly ageSeconds?: number
}

export interface StripeDouble {
  /** Settings of a server that uses this Stripe. */
  readonly environment: Readonly<Record<string, string>>
  readonly customers: readonly Form[]
  readonly sessions: readonly Stripe.Checkout.Session[]
  readonly refunds: readonly Stripe.Refund[]
  /** Requests to the API, oldest first. */
  readonly requests: readonly string[]
  /** Refused requests, with reasons. */
  readonly refused: readonly string[]
  /** Adds misbehaviour for the next matching requests. */
  misbehave(misbehaviour: Misbehaviour): void
  /** Target of events of payments made on its pages: the server's own address. */
  deliverTo(serverUrl: string): void
  /**
   * Refunds this many cents of a session's payment, by default the rest, as a person does on
   * Stripe's pages.
   */
  refundInPages(session: Stripe.Checkout.Session, cents?: number): Stripe.Refund
  /** Sets the final outcome of a refund. */
  settle(refund: Stripe.Refund, status: 'failed' | 'canceled'): Stripe.Refund
  /** Disputes this many cents of a session's payment, by default all of it. */
  dispute(session: Stripe.Checkout.Session, cents?: number): Stripe.Dispute
  /** Withdraws cents of the account's currency for a dispute (negative), or gives them back. */
  move(dispute: Stripe.Dispute, amount: number, options?: { readonly fee?: number; readonly currency?: string }): void
  /** Returns an event about the given session, refund or dispute, signed `ageSeconds` ago. */
  event(type: SessionEventType, session: Stripe.Checkout.Session, options?: SignOptions): SignedEvent
  event(type: RefundEventType, refund: Stripe.Refund, options?: SignOptions): SignedEvent
  event(type: DisputeEventType, dispute: Stripe.Dispute, options?: SignOptions): SignedEvent
  stop(): Promise<void>
}

const secretKey = 'sk_test_51HarmontOfTests0123456789'
export const webhookSecrets = ['whsec_of_tests_old_0123456789', 'whsec_of_tests_new_0123456789'] as const

export async function startStripe(): Promise<StripeDouble> {
  const mood = makeMood()
  const customers: Form[] = []
  const sessions: Stripe.Checkout.Session[] = []
  const { refunds, create: createRefund } = makeRefunds(sessions)
  const disputes = makeDisputes()
  const requests: string[] = []
  const refused: string[] = []
  const answers = new Map<string, { readonly request: string; readonly made: string | Problem }>()
  const server = createServer((request, response) => void answer(request, response))

  let target: string | null = null

  /** Tells the server that a session was paid. */
  async function pay(session: Stripe.Checkout.Session): Promise<void> {
    const paid = { ...session, status: 'complete', payment_status: 'paid' } as const
    const { payload, signature } = signEvent('checkout.session.completed', paid)
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature }
    const answer = await fetch(`${target}/api/v0/stripe/webhook`, { method: 'POST', headers, body: payload })
    if (!answer.ok) refused.push(`the server answered ${answer.status} to a payment: ${await answer.text()}`)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    const sent = await text(request)
    const shown = sessions.find(({ id }) => path === `/c/pay/${id}`)
    // Requests that browsers make beside a page.
    if (path === '/favicon.ico') return void response.writeHead(404).end()
    if (shown !== undefined) return showPage(request, response, shown, pay)
    requests.push(`${request.method} ${path}`)
    const odd = mood.take(`${request.method} ${path}`)
    const refuse = (status: number, type: string, message: string, code?: string) => {
      // Stripe decides whether something is left to refund.
      if (code !== 'charge_already_refunded' && code !== 'charge_disputed') refused.push(`${path}: ${message}`)
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { type, code, message } }))
    }
    if (odd?.how === '500') return fail(response, 500, 'api_error', 'An unknown error occurred')
    if (odd?.how === '429') return fail(response, 429, 'invalid_request_error', 'Request rate limit exceeded.')
    if (odd !== undefined && odd.how !== 'after') return misbehave(odd, response)
    if (request.headers.authorization !== `Bearer ${secretKey}`)
      return refuse(401, 'invalid_request_error', 'Invalid API Key provided')
    if (request.method !== 'POST' || !/^\/v1\/(customers|checkout\/sessions|refunds)$/.test(path))
      return refuse(404, 'invalid_request_error', `Unrecognized request URL (${request.method}: ${path}).`)
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      return refuse(400, 'invalid_request_error', 'Invalid request: content type')
    const form = qs.parse(sent, { depth: 8 }) as Form
    const problem = problemOf(path, form)
    if (problem !== null) return refuse(400, 'invalid_request_error', problem)
    const key = String(request.headers['idempotency-key'] ?? randomBytes(8).toString('hex'))
    const before = answers.get(key)
    const same = `${path}?${sent}`
    if (before !== undefined && before.request !== same)
      return refuse(400, 'idempotency_error', 'Keys for idempotent requests can only be used with the same parameters')
    const made = before === undefined ? make(path, form) : before.made
    answers.set(key, { request: same, made })
    if (typeof made !== 'string') return refuse(400, 'invalid_request_error', made.problem, made.code)
    if (odd !== undefined) return misbehave(odd, response)
    const replayed: Readonly<Record<string, string>> = before === undefined ? {} : { 'idempotent-replayed': 'true' }
    response.writeHead(200, { 'content-type': 'application/json', ...replayed }).end(made)
  }

  function make(path: string, form: Form): string | Problem {
    if (path === '/v1/customers') {
      const customer = { id: newId('cus'), object: 'customer', ...form }
      customers.push(customer)
      return JSON.stringify(customer)
    }
    if (path === '/v1/refunds') {
      if (disputes.standsAgainst(form.payment_intent))
        return { problem: 'This charge has been charged back.', code: 'charge_disputed' }
      const refund = createRefund(form.payment_intent, form.amount === undefined ? undefined : Number(form.amount))
      return 'problem' in refund ? refund : JSON.stringify(refund)
    }
    if (!customers.some(({ id }) => id === form.customer)) return { problem: `No such customer: '${form.customer}'` }
    const session = newSession(form, url)
    sessions.push(session)
    return JSON.stringify(session)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    environment: {
      HARMONT_STRIPE_SECRET_KEY: secretKey,
      HARMONT_STRIPE_WEBHOOK_SECRET: webhookSecrets.join(','),
      HARMONT_STRIPE_API_URL: url,
    },
    customers,
    sessions,
    refunds,
    requests,
    refused,
    misbehave: (misbehaviour) => mood.add(misbehaviour),
    event: signEvent,
    refundInPages({ payment_intent: intent }, cents) {
      const refund = createRefund(intent, cents)
      if ('problem' in refund) throw new Error(refund.problem)
      return refund
    },
    settle: (refund, status) => Object.assign(refund, { status }),
    dispute: disputes.open,
    move: (dispute, amount, { fee = 0, currency = 'usd' } = {}) => disputes.move(dispute, amount, fee, currency),
    deliverTo(serverUrl) {
      target = serverUrl
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function signEvent(
  type: SessionEventType | RefundEventType | DisputeEventType,
  object: Stripe.Checkout.Session | Stripe.Refund | Stripe.Dispute,
  { secret = webhookSecrets[1], ageSeconds = 0 }: SignOptions = {},
): SignedEvent {
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds
  const facts = { id: newId('evt'), object: 'event', type, created: timestamp, livemode: false }
  const payload = JSON.stringify({ ...facts, data: { object } })
  return {
    id: facts.id,
    payload,
    signature: Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
  }
}

/** The page on which a person pays, or goes back. */
async function showPage(
  request: IncomingMessage,
  response: ServerResponse,
  session: Stripe.Checkout.Session,
  pay: (session: Stripe.Checkout.Session) => Promise<void>,
): Promise<void> {
  if (request.method === 'POST') {
    await pay(session)
    response.writeHead(303, { location: session.success_url ?? '/' }).end()
    return
  }
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      `<title>Pay</title><p>$${(session.amount_total ?? 0) / 100}<form method="post"><button>Pay</button></form><a href="${session.cancel_url}">Back</a>`,
    )
}

function fail(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { type, message } }))
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

/** Returns a session that nobody has paid yet. */
function newSession(form: Form, url: string): Stripe.Checkout.Session {
  const id = newId('cs_test')
  const [item] = Object.values(isForm(form.line_items) ? form.line_items : {})
  const data = isForm(item) && isForm(item.price_data) ? item.price_data : {}
  return {
    id,
    object: 'checkout.session',
    mode: 'payment',
    status: 'open',
    payment_status: 'unpaid',
    url: `${url}/c/pay/${id}`,
    success_url: form.success_url,
    cancel_url: form.cancel_url,
    amount_total: Number(data.unit_amount),
    currency: String(data.currency),
    client_reference_id: form.client_reference_id,
    customer: form.customer,
    metadata: form.metadata,
    payment_intent: newId('pi'),
  } as unknown as Stripe.Checkout.Session
}
