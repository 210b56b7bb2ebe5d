/** Use, debits and the ledger. Cents and micro-cents are below 2^53, so that they are read as numbers. */
import type { Database } from '../../platform/database/transaction.ts'
import type { BillingRates } from '../../platform/settings/parse.ts'

/** A job attempt that has ended and is not charged yet. */
export interface UnmeteredJob {
  readonly job_id: string
  readonly build_id: string
  readonly step_key: string
  readonly job_name: string
  readonly started_at: Date
  readonly finished_at: Date
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
}

/** Locks the organization's account, made when there is none, and gives its carry in micro-cents. */
export async function lockAccount(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ carry: string }>({
    name: 'lock-billing-account',
    text: `insert into billing_accounts as a (organization_id) values ($1)
           on conflict (organization_id) do update set balance_cents = a.balance_cents
           returning carry`,
    values: [organizationId],
  })
  return Number(rows[0]?.carry)
}

/** Takes the organization's oldest attempts that are not charged; they are gone when the transaction commits. */
export async function takeUnmetered(
  database: Database,
  organizationId: string,
  limit: number,
): Promise<readonly UnmeteredJob[]> {
  const { rows } = await database.query<UnmeteredJob>({
    name: 'take-unmetered',
    text: `with taken as (
             delete from unmetered_jobs where job_id in (
               select job_id from unmetered_jobs where organization_id = $1 order by finished_at limit $2)
             returning job_id, build_id, step_key, job_name, started_at, finished_at, cpu_count, memory_gb, disk_gb)
           select * from taken where not exists (select 1 from vm_leases l where l.job_id = taken.job_id)
            order by finished_at, job_id`,
    values: [organizationId, limit],
  })
  return rows
}

/** A lease as it is written. */
export interface NewLease extends UnmeteredJob {
  readonly seconds: number
  readonly cost: number
  readonly debit_cents: number
  readonly entry_id: string
}

/** Writes leases and their debits, and what the account is left with, in one statement. */
export async function writeLeases(
  database: Database,
  organizationId: string,
  rates: BillingRates,
  { leases, carry }: { readonly leases: readonly NewLease[]; readonly carry: number },
): Promise<void> {
  await database.query({
    name: 'write-leases',
    text: `with given as (
             select * from json_to_recordset($2::json) as r(job_id uuid, build_id uuid, step_key text, job_name text, started_at timestamptz,
               finished_at timestamptz, cpu_count int, memory_gb int, disk_gb int, seconds bigint, cost bigint, debit_cents bigint, entry_id uuid)),
           leased as (
             insert into vm_leases (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, seconds, cpu_count, memory_gb,
               disk_gb, vcpu_rate, memory_rate, disk_rate, cost, debit_cents)
             select job_id, $1, build_id, step_key, job_name, started_at, finished_at, seconds, cpu_count, memory_gb, disk_gb, $3, $4, $5, cost,
               debit_cents from given),
           debited as (
             insert into ledger_entries (id, organization_id, amount_cents, source, description, job_id)
             select entry_id, $1, -debit_cents, 'vm_lease_debit', job_name, job_id from given where debit_cents > 0)
           update billing_accounts set carry = $6, balance_cents = balance_cents - (select coalesce(sum(debit_cents), 0) from given)
            where organization_id = $1`,
    values: [organizationId, JSON.stringify(leases), rates.vcpu, rates.memoryGb, rates.diskGb, carry],
  })
}

/** Organizations with attempts that are not charged. */
export async function organizationsToMeter(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ organization_id: string }>(
    'select distinct organization_id from unmetered_jobs',
  )
  return rows.map((row) => row.organization_id)
}

/** Writes down again ended attempts that ran and were never charged, however old. Gives how many. */
export async function findForgotten(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `insert into unmetered_jobs (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, cpu_count, memory_gb, disk_gb)
     select j.id, b.queue::uuid, b.id, s->>'key', coalesce(s->>'name', s->>'key'), j.started_at, j.finished_at,
            (s->'resources'->>'cpu')::int, (s->'resources'->>'memoryGb')::int, (s->'resources'->>'diskGb')::int
       from engine.jobs j
       join engine.builds b on b.id = j.build_id
       join engine.plans p on p.build_id = b.id
      cross join lateral (select p.steps->j.step as s) as step
      where j.started_at is not null and j.finished_at is not null and j.step is not null and not j.cached
        and not exists (select 1 from vm_leases l where l.job_id = j.id)
     on conflict (job_id) do nothing`,
  )
  return rowCount ?? 0
}

export interface Mismatch {
  readonly organization_id: string
  readonly kept: string
  readonly summed: string
}

/** Accounts whose kept balance is not the sum of their ledger. There are none, unless somebody changed rows by hand. */
export async function findMismatches(database: Database): Promise<readonly Mismatch[]> {
  const { rows } = await database.query<Mismatch>(
    `select coalesce(a.organization_id, l.organization_id) as organization_id, coalesce(a.balance_cents, 0) as kept, coalesce(l.summed, 0) as summed
       from billing_accounts a
       full join (select organization_id, sum(amount_cents) as summed from ledger_entries group by organization_id) l
         on l.organization_id = a.organization_id
      where coalesce(a.balance_cents, 0) <> coalesce(l.summed, 0)`,
  )
  return rows
}

/** In cents; 0 for an organization that nothing was booked for. */
export async function getBalance(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ balance_cents: string }>({
    name: 'get-balance',
    text: 'select balance_cents from billing_accounts where organization_id = $1',
    values: [organizationId],
  })
  return Number(rows[0]?.balance_cents ?? 0)
}

export interface Credit {
  readonly id: string
  readonly organizationId: string
  /** Positive, but for a refund, which takes back what was credited; one that failed brings that again. */
  readonly amountCents: number
  readonly source: 'stripe_topup' | 'coupon_redemption' | 'admin_grant' | 'refund'
  readonly description: string | null
}

/** Books a credit; the account and the ledger move together. Gives the new balance in cents. */
export async function writeCredit(database: Database, credit: Credit): Promise<number> {
  const balance = await writeCreditOnce(database, credit)
  if (balance === null) throw new Error(`the ledger has an entry ${credit.id} already`)
  return balance
}

/** The same for a credit that may be booked already, by its id; null: it is. */
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

/** Whether the ledger has an entry of this id. */
export async function hasEntry(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query('select from ledger_entries where id = $1', [id])
  return rowCount === 1
}

/** null: there is no organization of that slug. */
export async function organizationIdOf(database: Database, slug: string): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>('select id from organizations where slug = $1', [slug])
  return rows[0]?.id ?? null
}
