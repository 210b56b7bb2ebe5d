import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Stripe } from 'stripe'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Idempotency } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import {
  type Checkout,
  findCheckout,
  findCustomer,
  insertCheckout,
  insertCustomer,
  setSession,
} from './payment-store.ts'
import type { StripeAccount } from './stripe.ts'

export interface CheckoutServices {
  readonly pool: pg.Pool
  readonly settings: Pick<Settings, 'publicUrl'>
}

export interface CheckoutRequest {
  readonly organizationId: string
  readonly userId: string
  /** US cents. */
  readonly amountCents: number
}

/** Stores a checkout before Stripe is called. Returns its id. */
export function beginCheckout(
  pool: pg.Pool,
  request: CheckoutRequest,
  idempotency: Idempotency | null,
): Promise<string> {
  const id = randomUUID()
  return transaction(pool, async (client) => {
    await insertCheckout(client, { id, ...request })
    await idempotency?.keep(client, id)
    return id
  })
}

/**
 * Returns the payment page of a checkout. Safe to repeat: Stripe returns the same page for the same
 * checkout. Throws 502 `billing_provider_error`.
 */
export async function openCheckout(services: CheckoutServices, stripe: StripeAccount, id: string): Promise<string> {
  const { pool } = services
  const checkout = await findCheckout(pool, id)
  if (checkout === undefined) throw new Error(`checkout ${id} does not exist`)
  if (checkout.url !== null) return checkout.url
  const session = await askStripe(async () => {
    const client = await stripe.client()
    const customer = await customerOf(pool, client, checkout.organizationId)
    return client.checkout.sessions.create(sessionOf(checkout, customer, services.settings.publicUrl), {
      idempotencyKey: checkout.id,
    })
  })
  const { url } = session
  if (!isText(url) || !isText(session.id)) throw providerError(new Error('Stripe returned no payment page'))
  await setSession(pool, id, { id: session.id, url })
  return url
}

/** Returns the organization's only customer at Stripe: its id is the idempotency key. */
async function customerOf(pool: pg.Pool, client: Stripe, organizationId: string): Promise<string> {
  const known = await findCustomer(pool, organizationId)
  if (known !== null) return known
  const made = await client.customers.create(
    { metadata: { organization_id: organizationId } },
    { idempotencyKey: organizationId },
  )
  if (!isText(made.id)) throw providerError(new Error('Stripe returned no customer'))
  await insertCustomer(pool, organizationId, made.id)
  return made.id
}

function sessionOf(checkout: Checkout, customer: string, publicUrl: string): Stripe.Checkout.SessionCreateParams {
  const facts = { checkout_id: checkout.id, organization_id: checkout.organizationId }
  return {
    mode: 'payment',
    customer,
    client_reference_id: checkout.id,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: 'usd',
          unit_amount: checkout.amountCents,
          product_data: { name: 'Harmont credit' },
        },
      },
    ],
    metadata: facts,
    payment_intent_data: { metadata: facts },
    success_url: `${publicUrl}/billing/success`,
    cancel_url: `${publicUrl}/billing/cancel`,
  }
}

/**
 * Checks a member of a response: the library accepts any body that is not a Stripe error, even a
 * proxy's.
 */
function isText(value: unknown): value is string {
  return typeof value === 'string'
}

async function askStripe<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    const { StripeError } = (await import('stripe')).Stripe.errors
    if (cause instanceof StripeError) throw providerError(cause)
    throw cause
  }
}

function providerError(cause: Error): Error {
  const message = 'Stripe did not create the payment page. Nothing was charged; try again in a minute.'
  return apiError('billing_provider_error', message, { cause })
}
