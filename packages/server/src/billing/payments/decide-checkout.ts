/** What an event of Stripe means for a checkout, as a function of both. */

export type CheckoutState = 'open' | 'complete' | 'expired' | 'failed'

export interface KnownCheckout {
  readonly state: CheckoutState
  readonly amountCents: number
  /** Null: Stripe's answer has not come back yet. */
  readonly sessionId: string | null
}

/** What an event tells of a session. */
export interface SessionNews {
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
  /** Money came that is not what was asked for: a person has to look. */
  | { readonly do: 'alert'; readonly reason: string }

/** Paid is paid, whatever came before it, and counts once; what only closes a session never undoes a payment. */
export function decideCheckout(known: KnownCheckout, news: SessionNews): CheckoutVerdict {
  if (known.sessionId !== null && known.sessionId !== news.sessionId)
    return { do: 'alert', reason: 'the event is for another session than that of the checkout' }
  switch (news.type) {
    case 'checkout.session.completed':
      return news.isPaid ? paid(known, news) : { do: 'nothing' }
    case 'checkout.session.async_payment_succeeded':
      return paid(known, news)
    case 'checkout.session.expired':
      return close(known, 'expired')
    case 'checkout.session.async_payment_failed':
      return close(known, 'failed')
    default:
      return { do: 'nothing' }
  }
}

function paid(known: KnownCheckout, { amountCents, currency }: SessionNews): CheckoutVerdict {
  if (known.state === 'complete') return { do: 'nothing' }
  if (amountCents === known.amountCents && currency === 'usd') return { do: 'credit' }
  return { do: 'alert', reason: `${amountCents} ${currency} were paid, but ${known.amountCents} usd were requested` }
}

function close({ state }: KnownCheckout, closed: 'expired' | 'failed'): CheckoutVerdict {
  return state === 'open' ? { do: 'close', state: closed } : { do: 'nothing' }
}
