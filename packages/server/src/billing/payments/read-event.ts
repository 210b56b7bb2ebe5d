import type { Stripe } from 'stripe'
import { apiError } from '../../platform/http/index.ts'
import { type StripeAccount, toleranceSeconds } from './stripe.ts'

/**
 * The event in a body as it was sent, signed under one of our secrets within the last 300 s. Throws 400 `stripe_signature_invalid`.
 * The scheme is Stripe's own: https://docs.stripe.com/webhooks/signature
 */
export async function readEvent(stripe: StripeAccount, raw: Buffer, signature: string | null): Promise<Stripe.Event> {
  const client = await stripe.client()
  let cause: unknown
  for (const secret of stripe.webhookSecrets) {
    try {
      return client.webhooks.constructEvent(raw, signature ?? '', secret, toleranceSeconds)
    } catch (error) {
      cause = error
    }
  }
  throw apiError(
    'stripe_signature_invalid',
    `\`Stripe-Signature\` must be a \`v1\` signature of the body as sent, at most ${toleranceSeconds} s old, under the secret of this endpoint.`,
    { cause },
  )
}
