import type { Logger } from 'pino'
import { apiError, type Handlers, scopedOperation } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { beginCheckout, type CheckoutServices, openCheckout } from './create-checkout.ts'
import { handleEvent } from './handle-event.ts'
import { readEvent, type StripeAccount } from './stripe.ts'

export interface PaymentServices extends CheckoutServices {
  readonly limiter: RateLimiter
  readonly log: Logger
  /** null: not set up. */
  readonly stripe: StripeAccount | null
}

/** Paying with Stripe (`http.md` 10.4). */
export function paymentRoutes(services: PaymentServices): Pick<Handlers, 'createCheckout' | 'stripeWebhook'> {
  const { pool, limiter } = services
  return {
    createCheckout: scopedOperation('createCheckout', {
      resolve: async () => null,
      async handle({ membership, caller, body, idempotency }) {
        const stripe = requireStripe(services)
        const { organizationId } = membership
        await limiter.take('checkout_organization', organizationId)
        const request = { organizationId, userId: caller.userId, amountCents: body.amount_cents }
        const id = await beginCheckout(pool, request, idempotency)
        return { status: 200, body: { checkout_url: await openCheckout(services, stripe, id) } }
      },
      replay: async (id) => ({
        status: 200,
        body: { checkout_url: await openCheckout(services, requireStripe(services), id) },
      }),
    }),
    stripeWebhook: scopedOperation('stripeWebhook', {
      resolve: async ({ client }) => {
        await limiter.check('webhook_failures_address', client.address)
        return requireStripe(services)
      },
      async handle({ scope: stripe, body, header, client }) {
        const event = await readEvent(stripe, body.raw, header('stripe-signature') ?? null).catch(
          async (error: unknown) => {
            await limiter.note('webhook_failures_address', client.address)
            throw error
          },
        )
        await handleEvent(services, event)
        return { status: 200, body: { status: 'ok' } }
      },
    }),
  }
}

function requireStripe({ stripe }: Pick<PaymentServices, 'stripe'>): StripeAccount {
  if (stripe !== null) return stripe
  throw apiError('billing_unconfigured', 'This server does not accept payments: its operator has not set up Stripe.')
}
