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
