/** Checkouts, their refunds, and Stripe's customers and events. */
import type { Database } from '../../platform/database/transaction.ts'
import { uuidOrNone } from '../../platform/http/index.ts'
import type { CheckoutState } from './decide-checkout.ts'

export interface Checkout {
  readonly id: string
  readonly organizationId: string
  readonly userId: string
  readonly amountCents: number
  readonly state: CheckoutState
  readonly sessionId: string | null
  readonly url: string | null
  readonly paymentIntent: string | null
}

type NewCheckout = Pick<Checkout, 'id' | 'organizationId' | 'userId' | 'amountCents'>

const columns = `id, organization_id as "organizationId", user_id as "userId", amount_cents::float8 as "amountCents", state,
  session_id as "sessionId", url, payment_intent as "paymentIntent"`

export async function insertCheckout(database: Database, checkout: NewCheckout): Promise<void> {
  const { id, organizationId, userId, amountCents } = checkout
  await database.query('insert into checkouts (id, organization_id, user_id, amount_cents) values ($1, $2, $3, $4)', [
    id,
    organizationId,
    userId,
    amountCents,
  ])
}

export async function findCheckout(database: Database, id: string): Promise<Checkout | undefined> {
  const { rows } = await database.query<Checkout>(`select ${columns} from checkouts where id = $1`, [id])
  return rows[0]
}

/** Locks the checkout with this id or Stripe session id until the transaction ends. */
export async function lockCheckout(database: Database, name: string): Promise<Checkout | undefined> {
  const { rows } = await database.query<Checkout>(
    `select ${columns} from checkouts where id = $1 or session_id = $2 for update`,
    [uuidOrNone(name), name],
  )
  return rows[0]
}

/** Locks the checkout of a credited payment until the transaction ends. */
export async function lockPaidCheckout(database: Database, paymentIntent: string): Promise<Checkout | undefined> {
  const { rows } = await database.query<Checkout>(
    `select ${columns} from checkouts where payment_intent = $1 and state = 'complete' for update`,
    [paymentIntent],
  )
  return rows[0]
}

/** Locks an organization against deletion. Returns false if it is already gone. */
export async function lockOrganizationRow(database: Database, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query('select from organizations where id = $1 for key share', [organizationId])
  return rowCount === 1
}

/** Stores the session in which the customer pays. */
export async function setSession(
  database: Database,
  id: string,
  session: { readonly id: string; readonly url: string },
): Promise<void> {
  await database.query('update checkouts set session_id = $2, url = $3 where id = $1', [id, session.id, session.url])
}

export async function closeCheckout(database: Database, id: string, state: 'expired' | 'failed'): Promise<void> {
  await database.query('update checkouts set state = $2 where id = $1', [id, state])
}

/** Marks a checkout as paid, with the entry that credits it. */
export async function completeCheckout(
  database: Database,
  id: string,
  paid: { readonly sessionId: string; readonly paymentIntent: string | null; readonly entryId: string },
): Promise<void> {
  await database.query(
    `update checkouts set state = 'complete', session_id = $2, payment_intent = $3, entry_id = $4 where id = $1`,
    [id, paid.sessionId, paid.paymentIntent, paid.entryId],
  )
}

/** Returns Stripe's customer of an organization; null if there is none yet. */
export async function findCustomer(database: Database, organizationId: string): Promise<string | null> {
  const { rows } = await database.query<{ customer_id: string }>(
    'select customer_id from stripe_customers where organization_id = $1',
    [organizationId],
  )
  return rows[0]?.customer_id ?? null
}

export async function insertCustomer(database: Database, organizationId: string, customerId: string): Promise<void> {
  await database.query(
    'insert into stripe_customers (organization_id, customer_id) values ($1, $2) on conflict do nothing',
    [organizationId, customerId],
  )
}

/** Returns false if the event was handled before. */
export async function insertEvent(database: Database, id: string, type: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into stripe_events (id, type) values ($1, $2) on conflict do nothing',
    [id, type],
  )
  return rowCount === 1
}

/** Returns the refund of a checkout, creating it at the first call. */
export async function claimRefund(
  database: Database,
  id: string,
  checkoutId: string,
): Promise<{ readonly id: string; readonly entryId: string | null }> {
  const { rows } = await database.query<{ id: string; entryId: string | null }>(
    `insert into checkout_refunds as r (id, checkout_id) values ($1, $2)
     on conflict (checkout_id) do update set checkout_id = r.checkout_id returning id, entry_id as "entryId"`,
    [id, checkoutId],
  )
  return rows[0] as { id: string; entryId: string | null }
}

export async function setRefundEntry(database: Database, id: string, entryId: string): Promise<void> {
  await database.query('update checkout_refunds set entry_id = $2 where id = $1', [id, entryId])
}

/** Deletes a refund that Stripe did not accept. */
export async function deleteRefund(database: Database, id: string): Promise<void> {
  await database.query('delete from checkout_refunds where id = $1', [id])
}

/** Deletes the refund of this entry, if the command made it. */
export async function deleteRefundOfEntry(database: Database, entryId: string): Promise<void> {
  await database.query('delete from checkout_refunds where entry_id = $1', [entryId])
}

/** Deletes events older than 30 days. Stripe retries for only three days. */
export async function removeOldEvents(database: Database): Promise<void> {
  await database.query("delete from stripe_events where received_at < now() - interval '30 days'")
}
