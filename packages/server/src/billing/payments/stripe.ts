import type { Stripe } from 'stripe'
import type { Settings } from '../../platform/settings/read-settings.ts'

type StripeSettings = Pick<
  Settings,
  'stripeSecretKey' | 'stripeWebhookSecret' | 'stripeApiUrl' | 'outsideTimeoutSeconds'
>

/** What Stripe is to this server. */
export interface StripeAccount {
  /** The library is loaded at its first use: few servers take money. */
  client(): Promise<Stripe>
  /** Secrets under which events are signed; two while one replaces the other. */
  readonly webhookSecrets: readonly string[]
}

/** Stripe's own limit on the age of a signed event. */
export const toleranceSeconds = 300

/** Null when the operator has not set it up: both the key and a secret for events are needed. */
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
    // That of Node begins anew with each byte of an answer: one that drips would never end.
    httpClient: Stripe.createFetchHttpClient(),
    // Every call has an idempotency key of ours, so that a second one does nothing twice.
    maxNetworkRetries: 1,
    telemetry: false,
  })
}
