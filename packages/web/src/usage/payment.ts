import type { QueryClient } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import type { Schema } from '../api/schemas.ts'

/** Returns the provider's page for a payment. The same key returns the same page. */
export async function beginCheckout(org: string, amountCents: number, idempotencyKey: string): Promise<string> {
  const asked = {
    params: { path: { org }, header: { 'Idempotency-Key': idempotencyKey } },
    body: { amount_cents: amountCents },
  }
  return (await answer(client.POST('/api/v0/billing/checkout/{org}', asked))).checkout_url
}

/** Redeems a coupon, and refreshes balance and ledger. */
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

/**
 * The storage key of the payment that this tab started. It is needed because the provider returns
 * to one address for all organizations (`http.md` 13). The payment is not a secret.
 */
const key = 'harmont:payment'

export interface BegunPayment {
  readonly org: string
  /** The id of the last payment in the ledger before this one; null if there was none. */
  readonly newestBefore: string | null
}

/** Stores the payment until the provider returns. */
export function rememberPayment(payment: BegunPayment): void {
  sessionStorage.setItem(key, JSON.stringify(payment))
}

/** Returns the stored payment; null in a tab that started none. */
export function rememberedPayment(): BegunPayment | null {
  const text = sessionStorage.getItem(key)
  return text === null ? null : (JSON.parse(text) as BegunPayment)
}
