import { describe, oneOf, text } from '../json-schema.ts'
import { type AddedOperation, idempotencyErrors } from '../operation.ts'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const billingOperations: readonly AddedOperation[] = [
  { route: 'POST /api/v0/billing/coupon/redeem/{org}', id: 'redeemCoupon', auth: 'admin', tag: 'billing', summary: 'Redeem a coupon',
    request: 'RedeemCouponRequest', success: { 200: 'RedeemCouponResponse' },
    errors: ['coupon_not_found', 'coupon_already_claimed', 'coupon_expired', 'coupon_exhausted'] },
  { route: 'POST /api/v0/billing/checkout/{org}', id: 'createCheckout', auth: 'admin', tag: 'billing', summary: 'Begin a payment',
    request: 'CheckoutRequest', idempotent: true, success: { 200: 'CheckoutResponse' },
    errors: ['invalid_amount', 'billing_provider_error', 'billing_unconfigured', ...idempotencyErrors] },
  { route: 'POST /api/v0/stripe/webhook', id: 'stripeWebhook', auth: 'signature', internal: true, tag: 'billing', summary: 'Take an event of Stripe',
    request: '*/*', success: { 200: 'StripeWebhookResponse' }, errors: ['stripe_signature_invalid', 'billing_unconfigured'] },
  { route: 'GET /api/v0/billing/usage/{org}/pipelines', id: 'getUsageByPipeline', auth: 'member', tag: 'billing', summary: 'Usage by pipeline',
    query: { from: text, to: text }, success: { 200: 'UsageByPipelineResponse' }, errors: ['organization_not_found', 'billing_usage_window_invalid'] },
  { route: 'GET /api/v0/billing/export/{org}', id: 'exportBilling', auth: 'member', tag: 'billing', summary: 'The ledger or the usage as CSV',
    query: { kind: describe(oneOf('ledger', 'usage'), 'The ledger when not given.'), from: text, to: text }, success: { 200: 'text/csv' },
    errors: ['organization_not_found', 'query_invalid', 'billing_usage_window_invalid'] },
]
