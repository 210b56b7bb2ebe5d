import type { Stripe } from 'stripe'
import { apiError } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'

type StripeSettings = Pick<
  Settings,
  'stripeSecretKey' | 'stripeWebhookSecret' | 'stripeApiUrl' | 'outsideTimeoutSeconds'
>

/** The server's account at Stripe. */
export interface StripeAccount {
  /** Returns the client, loading the library at its first use: few servers accept payments. */
  client(): Promise<Stripe>
  /** The secrets that sign events; two while one replaces the other. */
  readonly webhookSecrets: readonly string[]
}

/** Stripe's own limit on the age of a signed event. */
const toleranceSeconds = 300

/** Returns null unless the operator has set both the key and a secret for events. */
export function openStripe(settings: StripeSettings): StripeAccount | null {
  const { stripeSecretKey, stripeWebhookSecret } = settings
  if (stripeSecretKey === null || stripeWebhookSecret === null) return null
  let opened: Promise<Stripe> | undefined
  return {
    client: () => {
      opened ??= open(settings, stripeSecretKey)
      return opened
    },
    webhookSecrets: stripeWebhookSecret,
  }
}

async function open({ stripeApiUrl, outsideTimeoutSeconds }: StripeSettings, secretKey: string): Promise<Stripe> {
  const { protocol, hostname, port } = new URL(stripeApiUrl)
  const { Stripe } = await import('stripe')
  return new Stripe(secretKey, {
    host: hostname,
    protocol: protocol === 'http:' ? 'http' : 'https',
    ...(port === '' ? {} : { port }),
    timeout: outsideTimeoutSeconds * 1000,
    // The timeout of the Node client restarts with each byte of a response, so a slow one might
    // never end.
    httpClient: Stripe.createFetchHttpClient(),
    // Each call has an idempotency key, so retries are safe.
    maxNetworkRetries: 1,
    telemetry: false,
  })
}

/**
 * Reads an event from a body that Stripe signed with one of the secrets within the last 300 s.
 * Throws 400 `stripe_signature_invalid`. The signature scheme:
 * https://docs.stripe.com/webhooks/signature
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
