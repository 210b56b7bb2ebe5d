/** Organizations that pay with a test double of Stripe. */
import { randomUUID } from 'node:crypto'
import type { SignedEvent, StripeDouble } from '@harmont/outside/stripe'
import type { Answer, TestServer } from '../../testing/server.ts'

export type Session = StripeDouble['sessions'][number]

export interface Payer {
  readonly organization: string
  readonly token: string
}

export function payers(it: TestServer, stripe: StripeDouble) {
  const newPayer = (): Promise<Payer> => it.newUser(`payer-${randomUUID().slice(0, 8)}`)

  const checkout = (
    { token, organization }: Payer,
    amount: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<{ checkout_url: string }>> =>
    it.request(token, 'POST', `/api/v0/billing/checkout/${organization}`, { amount_cents: amount }, headers)

  /** Starts a payment and returns its session at Stripe. */
  async function begin(payer: Payer, amount = 2500): Promise<Session> {
    const { status, body } = await checkout(payer, amount)
    const session = stripe.sessions.find(({ url }) => url === body.checkout_url)
    if (status !== 200 || session === undefined) throw new Error(`no session for ${JSON.stringify(body)}`)
    return session
  }

  /** Sends an event to the server. */
  async function send({ payload, signature }: Pick<SignedEvent, 'payload' | 'signature'>) {
    const answer = await fetch(`${it.server.url}/api/v0/stripe/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature === '' ? {} : { 'stripe-signature': signature }) },
      body: payload,
    })
    return { status: answer.status, body: (await answer.json()) as { error?: { code: string } } }
  }

  return {
    newPayer,
    checkout,
    begin,
    send,
    /** Starts a payment and completes it. */
    async pay(payer: Payer, amount?: number): Promise<Session> {
      const session = await begin(payer, amount)
      await send(stripe.event('checkout.session.completed', paid(session)))
      return session
    },
    balanceOf: async ({ token, organization }: Payer): Promise<number> =>
      (await it.request<{ balance_cents: number }>(token, 'GET', `/api/v0/billing/balance/${organization}`)).body
        .balance_cents,
  }
}

/** Returns a session as Stripe reports it once it is paid. */
export function paid(session: Session): Session {
  return { ...session, status: 'complete', payment_status: 'paid' }
}

/** Returns all permutations of a list. */
export function orders<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length <= 1) return [list]
  return list.flatMap((first, index) => orders(list.toSpliced(index, 1)).map((rest) => [first, ...rest]))
}
