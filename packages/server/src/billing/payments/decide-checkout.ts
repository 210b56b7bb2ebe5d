/** Decides the effect of a Stripe event on a checkout. */

export type CheckoutState = 'open' | 'complete' | 'expired' | 'failed'

interface KnownCheckout {
  readonly state: CheckoutState
  readonly amountCents: number
  /** null: Stripe has not answered yet. */
  readonly sessionId: string | null
}

/** The state of a session that an event reports. */
export interface SessionFacts {
  readonly type: string
  readonly sessionId: string
  readonly isPaid: boolean
  readonly amountCents: number | null
  readonly currency: string | null
}

export type CheckoutVerdict =
  | { readonly do: 'credit' }
  | { readonly do: 'close'; readonly state: 'expired' | 'failed' }
  | { readonly do: 'nothing' }
  /** The payment differs from the request: a person has to check it. */
  | { readonly do: 'alert'; readonly reason: string }

/**
 * Credits a payment once, regardless of earlier events. Closing a session never undoes a payment.
 */
export function decideCheckout(known: KnownCheckout, facts: SessionFacts): CheckoutVerdict {
  if (known.sessionId !== null && known.sessionId !== facts.sessionId)
    return { do: 'alert', reason: 'the event belongs to another session than the checkout' }
  switch (facts.type) {
    case 'checkout.session.completed':
      return facts.isPaid ? paid(known, facts) : { do: 'nothing' }
    case 'checkout.session.async_payment_succeeded':
      return paid(known, facts)
    case 'checkout.session.expired':
      return close(known, 'expired')
    case 'checkout.session.async_payment_failed':
      return close(known, 'failed')
    default:
      return { do: 'nothing' }
  }
}

function paid(known: KnownCheckout, { amountCents, currency }: SessionFacts): CheckoutVerdict {
  if (known.state === 'complete') return { do: 'nothing' }
  if (amountCents === known.amountCents && currency === 'usd') return { do: 'credit' }
  return { do: 'alert', reason: `${amountCents} ${currency} were paid, but ${known.amountCents} usd were requested` }
}

function close({ state }: KnownCheckout, closed: 'expired' | 'failed'): CheckoutVerdict {
  return state === 'open' ? { do: 'close', state: closed } : { do: 'nothing' }
}
