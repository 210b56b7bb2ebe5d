import type { QueryClient } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import type { Schema } from '../api/schemas.ts'

/** Gives the address at the payment provider where the amount is paid. The key makes asking again one payment page. */
export async function beginCheckout(org: string, amountCents: number, idempotencyKey: string): Promise<string> {
  const asked = {
    params: { path: { org }, header: { 'Idempotency-Key': idempotencyKey } },
    body: { amount_cents: amountCents },
  }
  return (await answer(client.POST('/api/v0/billing/checkout/{org}', asked))).checkout_url
}

/** Books a coupon, and brings the balance and the ledger up to date. */
export async function redeemCoupon(
  queries: QueryClient,
  org: string,
  code: string,
): Promise<Schema<'RedeemCouponResponse'>> {
  const asked = { params: { path: { org } }, body: { code } }
  const redeemed = await answer(client.POST('/api/v0/billing/coupon/redeem/{org}', asked))
  await queries.invalidateQueries({ queryKey: ['usage', org] })
  return redeemed
}

/** What this tab went to pay for: the payment provider sends back to one address for all organizations (`http.md` 13). It is no secret. */
const key = 'harmont:payment'

export interface BegunPayment {
  readonly org: string
  /** Id of the last payment in the ledger before this one; null: there was none. */
  readonly newestBefore: string | null
}

/** Keeps it until the provider sends back. */
export function rememberPayment(payment: BegunPayment): void {
  sessionStorage.setItem(key, JSON.stringify(payment))
}

/** Null in a tab that began none. */
export function rememberedPayment(): BegunPayment | null {
  const text = sessionStorage.getItem(key)
  return text === null ? null : (JSON.parse(text) as BegunPayment)
}
