/**
 * Stripe's own types for the requests of a server with checkouts. A name that they lack, or that is
 * missing here, does not compile.
 */
import type { Stripe } from 'stripe'

type Names<Parameters> = Readonly<Record<keyof Parameters, true>>
type Session = Stripe.Checkout.SessionCreateParams
type LineItem = Stripe.Checkout.SessionCreateParams.LineItem

const session: Names<Session> = {
  adaptive_pricing: true,
  after_expiration: true,
  allow_promotion_codes: true,
  allowed_payment_method_types: true,
  automatic_tax: true,
  billing_address_collection: true,
  branding_settings: true,
  cancel_url: true,
  client_reference_id: true,
  consent_collection: true,
  currency: true,
  custom_fields: true,
  custom_text: true,
  customer: true,
  customer_account: true,
  customer_creation: true,
  customer_email: true,
  customer_update: true,
  discounts: true,
  excluded_payment_method_types: true,
  expand: true,
  expires_at: true,
  integration_identifier: true,
  invoice_creation: true,
  line_items: true,
  locale: true,
  managed_payments: true,
  metadata: true,
  mode: true,
  name_collection: true,
  optional_items: true,
  origin_context: true,
  payment_intent_data: true,
  payment_method_collection: true,
  payment_method_configuration: true,
  payment_method_data: true,
  payment_method_options: true,
  permissions: true,
  phone_number_collection: true,
  redirect_on_completion: true,
  return_url: true,
  saved_payment_method_options: true,
  setup_intent_data: true,
  shipping_address_collection: true,
  shipping_options: true,
  submit_type: true,
  subscription_data: true,
  success_url: true,
  tax_id_collection: true,
  ui_mode: true,
  wallet_options: true,
}
const lineItem: Names<LineItem> = {
  adjustable_quantity: true,
  metadata: true,
  price: true,
  price_data: true,
  quantity: true,
  tax_rates: true,
}
const priceData: Names<Stripe.Checkout.SessionCreateParams.LineItem.PriceData> = {
  currency: true,
  product: true,
  product_data: true,
  recurring: true,
  tax_behavior: true,
  unit_amount: true,
  unit_amount_decimal: true,
}
const refund: Names<Stripe.RefundCreateParams> = {
  amount: true,
  charge: true,
  currency: true,
  customer: true,
  expand: true,
  instructions_email: true,
  metadata: true,
  origin: true,
  payment_intent: true,
  reason: true,
  refund_application_fee: true,
  reverse_transfer: true,
}
const customer: Readonly<Partial<Record<keyof Stripe.CustomerCreateParams, true>>> = {
  description: true,
  email: true,
  metadata: true,
  name: true,
}

export type Form = Readonly<Record<string, unknown>>

/**
 * Returns the first reason for which Stripe would refuse a request, as its `message`; null when
 * there is none.
 */
export function problemOf(path: string, form: Form): string | null {
  if (path === '/v1/customers') return unknownIn(form, customer) ?? metadataProblem(form.metadata)
  if (path === '/v1/refunds')
    return (
      unknownIn(form, refund) ??
      (form.payment_intent === undefined && form.charge === undefined
        ? 'One of the following params should be provided for this request: payment_intent or charge.'
        : null)
    )
  return unknownIn(form, session) ?? sessionProblem(form) ?? metadataProblem(form.metadata)
}

function sessionProblem(form: Form): string | null {
  const items = Object.values(isForm(form.line_items) ? form.line_items : {})
  if (form.mode !== 'payment') return 'The mode must be payment here.'
  if (items.length === 0) return 'Missing required param: line_items.'
  for (const url of [form.success_url, form.cancel_url])
    if (typeof url !== 'string' || URL.parse(url) === null) return 'Not a valid URL'
  if (typeof form.client_reference_id === 'string' && form.client_reference_id.length > 200)
    return 'Invalid string: client_reference_id; must be at most 200 characters'
  for (const item of items) {
    if (!isForm(item)) return 'Invalid object'
    const data = isForm(item.price_data) ? item.price_data : {}
    const problem = unknownIn(item, lineItem) ?? unknownIn(data, priceData)
    if (problem !== null) return problem
    if (!/^[a-z]{3}$/.test(String(data.currency))) return 'Invalid currency'
    if (!/^\d+$/.test(String(data.unit_amount))) return `Invalid integer: ${data.unit_amount}`
    if (Number(data.unit_amount) * Number(item.quantity) < 50)
      return 'The Checkout Session total amount due must add up to at least $0.50 usd'
    if (!isForm(data.product_data) || !data.product_data.name) return 'Missing required param: product_data[name].'
  }
  return null
}

function metadataProblem(metadata: unknown): string | null {
  if (metadata === undefined) return null
  const values = isForm(metadata) ? Object.entries(metadata) : []
  const tooLong = values.some(([name, value]) => name.length > 40 || String(value).length > 500)
  return values.length > 50 || tooLong ? 'Metadata is limited to 50 keys of 40 characters with values of 500' : null
}

function unknownIn(form: Form, known: Readonly<Record<string, true | undefined>>): string | null {
  const name = Object.keys(form).find((each) => known[each] === undefined)
  return name === undefined ? null : `Received unknown parameter: ${name}`
}

export function isForm(value: unknown): value is Form {
  return typeof value === 'object' && value !== null
}
