/**
 * The ledger: entries that credit and debit organizations, and the balance that they add up to.
 * Cents and micro-cents are below 2^53, so numbers hold them exactly.
 */
import { randomUUID } from 'node:crypto'
import type { components } from '@harmont/contract'
import type pg from 'pg'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'

/** Returns the balance in cents; 0 for an organization without entries. */
export async function getBalance(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ balance_cents: string }>({
    name: 'get-balance',
    text: 'select balance_cents from billing_accounts where organization_id = $1',
    values: [organizationId],
  })
  return Number(rows[0]?.balance_cents ?? 0)
}

interface Credit {
  readonly id: string
  readonly organizationId: string
  /** Positive, except for a refund or dispute that takes credit back. */
  readonly amountCents: number
  readonly source: 'stripe_topup' | 'coupon_redemption' | 'admin_grant' | 'refund'
  readonly description: string | null
}

/** Books a credit in the account and the ledger together. Returns the new balance in cents. */
export async function writeCredit(database: Database, credit: Credit): Promise<number> {
  const balance = await writeCreditOnce(database, credit)
  if (balance === null) throw new Error(`the ledger already has an entry ${credit.id}`)
  return balance
}

/** Books a credit. Returns null if the ledger already has an entry of its id. */
export async function writeCreditOnce(database: Database, credit: Credit): Promise<number | null> {
  const { rows } = await database.query<{ balance_cents: string }>(
    `with entry as (
       insert into ledger_entries (id, organization_id, amount_cents, source, description) values ($1, $2, $3, $4, $5)
       on conflict (id) do nothing returning organization_id, amount_cents)
     insert into billing_accounts as a (organization_id, balance_cents) select organization_id, amount_cents from entry
     on conflict (organization_id) do update set balance_cents = a.balance_cents + excluded.balance_cents
     returning balance_cents`,
    [credit.id, credit.organizationId, credit.amountCents, credit.source, credit.description],
  )
  return rows[0] === undefined ? null : Number(rows[0].balance_cents)
}

export async function hasEntry(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query('select from ledger_entries where id = $1', [id])
  return rowCount === 1
}

/** Books the operator's credit. Returns the balance in cents; null: unknown organization. */
export async function grantCredit(
  pool: pg.Pool,
  slug: string,
  { amountCents, note }: { readonly amountCents: number; readonly note: string | null },
): Promise<number | null> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from organizations where slug = $1', [slug])
    const organizationId = rows[0]?.id
    if (organizationId === undefined) return null
    const id = randomUUID()
    const event = { organizationId, action: 'balance.granted', subject: id, details: { amount_cents: amountCents } }
    await recordAudit(client, systemActor, event)
    return writeCredit(client, { id, organizationId, amountCents, source: 'admin_grant', description: note })
  })
}

interface EntryRow {
  readonly id: string
  readonly amount_cents: number
  readonly source: 'stripe_topup' | 'coupon_redemption' | 'admin_grant' | 'vm_lease_debit' | 'refund'
  readonly description: string | null
  readonly created_at: Date
  readonly job_id: string | null
  readonly pipeline_slug: string | null
  readonly number: number | null
}

interface EntryFilter {
  readonly source: string | null
  readonly from: Date | null
  readonly to: Date | null
}

/** Lists ledger entries after a key, newest first. */
export async function listEntries(
  database: Database,
  organizationId: string,
  { source, from, to }: EntryFilter,
  page: { readonly after: AgeKey | null; readonly limit: number },
): Promise<readonly EntryRow[]> {
  const values: unknown[] = [organizationId, page.limit]
  const conditions = ['organization_id = $1']
  const add = (condition: (place: string) => string, ...given: readonly unknown[]) => {
    conditions.push(condition(given.map((value) => `$${values.push(value)}`).join(', ')))
  }
  if (source !== null) add((place) => `source = ${place}`, source)
  if (from !== null) add((place) => `created_at >= ${place}`, from)
  if (to !== null) add((place) => `created_at < ${place}`, to)
  if (page.after !== null) add((place) => `(created_at, id) < (${place})`, page.after.createdAt, page.after.id)
  const { rows } = await database.query<EntryRow>(
    `select e.id, e.amount_cents::float8 as amount_cents, e.source, e.description, e.created_at, e.job_id, p.slug as pipeline_slug, r.number
       from (select * from ledger_entries where ${conditions.join(' and ')} order by created_at desc, id desc limit $2) e
       left join vm_leases l on l.job_id = e.job_id
       left join build_records r on r.id = l.build_id
       left join pipelines p on p.id = r.pipeline_id
      order by e.created_at desc, e.id desc`,
    values,
  )
  return rows
}

/** Returns an entry in the API's format. A debit names its job as long as the build exists. */
export function presentEntry(row: EntryRow): Complete<components['schemas']['Transaction']> {
  const { id, amount_cents, source, description, job_id, pipeline_slug, number } = row
  const isLinked = job_id !== null && pipeline_slug !== null && number !== null
  return {
    id,
    amount_cents,
    source,
    description,
    created_at: formatInstant(row.created_at),
    job: isLinked ? { pipeline_slug, number, job_id } : null,
  }
}

/** An account whose balance differs from the sum of its ledger, both in cents. */
interface Mismatch {
  readonly organization_id: string
  readonly balance: string
  readonly ledger: string
}

/** Finds accounts whose balance is not the sum of their ledger, which only manual changes cause. */
export async function findMismatches(database: Database): Promise<readonly Mismatch[]> {
  const { rows } = await database.query<Mismatch>(
    `select coalesce(a.organization_id, l.organization_id) as organization_id,
            coalesce(a.balance_cents, 0) as balance, coalesce(l.sum, 0) as ledger
       from billing_accounts a
       full join (select organization_id, sum(amount_cents) from ledger_entries group by organization_id) l
         on l.organization_id = a.organization_id
      where coalesce(a.balance_cents, 0) <> coalesce(l.sum, 0)`,
  )
  return rows
}

/** Throws 409 `account_has_billing_history` for a user who redeemed a coupon or paid. */
export async function requireNoBillingHistory(database: Database, userId: string): Promise<void> {
  const { rowCount } = await database.query(
    `(select from coupon_redemptions where user_id = $1 limit 1) union all
     (select from checkouts where user_id = $1 and state = 'complete' limit 1)`,
    [userId],
  )
  if (rowCount === 0) return
  throw apiError(
    'account_has_billing_history',
    'This account redeemed a coupon or paid, so it is kept for accounting. Leave its organizations and remove its keys and passkeys instead.',
  )
}
