/** Turns ended job attempts into leases and debits. */
import { randomUUID } from 'node:crypto'
import { type Instant, type Job, type ProofRun, type Step, stepOf } from '@harmont/engine'
import type pg from 'pg'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { BillingRates } from '../../platform/settings/parse.ts'
import { debitFor, leaseCost, leaseSeconds } from './lease-cost.ts'

/** An attempt to charge, as a row of `unmetered_jobs`. */
interface UnmeteredRecord {
  readonly job_id: string
  readonly step_key: string
  readonly job_name: string
  readonly started_at: Date
  readonly finished_at: Date
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
}

/** Selects ended attempts that used a machine: others cost nothing (`http.md` 10.1). */
export function unmeteredJobs(endedJobs: readonly Job[], steps: readonly Step[]): readonly UnmeteredRecord[] {
  return endedJobs.flatMap(({ id, step: index, startedAt, finishedAt, cached }) => {
    const step = index === null ? undefined : steps[index]
    if (step === undefined || startedAt === null || finishedAt === null || cached) return []
    return [recordOf(id, step, step.name, startedAt, finishedAt)]
  })
}

/** Returns the record of one run of a proof, which costs as much as an attempt. */
export function unmeteredRun({ id, step, startedAt, endedAt }: ProofRun): UnmeteredRecord {
  return recordOf(id, step, `${step.name} (flaky proof)`, startedAt, endedAt)
}

function recordOf(id: string, step: Step, name: string, startedAt: Instant, finishedAt: Instant): UnmeteredRecord {
  const { cpu, memoryGb, diskGb } = step.resources
  return {
    job_id: id,
    step_key: step.key,
    job_name: name,
    started_at: new Date(startedAt),
    finished_at: new Date(finishedAt),
    cpu_count: cpu,
    memory_gb: memoryGb,
    disk_gb: diskGb,
  }
}

const batch = 500

/** Charges an organization for its ended attempts, each once. Returns their number. */
export async function meterOrganization(pool: pg.Pool, organizationId: string, rates: BillingRates): Promise<number> {
  let metered = 0
  for (;;) {
    const taken = await transaction(pool, async (client) => {
      // The lock makes an organization's charges sequential, because each lease passes its carry on
      // to the next.
      const carry = await lockAccount(client, organizationId)
      const jobs = await takeUnmetered(client, organizationId, batch)
      if (jobs.length > 0) await writeLeases(client, organizationId, rates, charge(jobs, carry, rates))
      return jobs.length
    })
    metered += taken
    if (taken === 0) return metered
  }
}

function charge(
  jobs: readonly UnmeteredJob[],
  before: number,
  rates: BillingRates,
): { readonly leases: readonly NewLease[]; readonly carry: number } {
  let carry = before
  const leases = jobs.map((job): NewLease => {
    const seconds = leaseSeconds(job.started_at, job.finished_at)
    const shape = { cpuCount: job.cpu_count, memoryGb: job.memory_gb, diskGb: job.disk_gb }
    const cost = leaseCost(seconds, shape, rates)
    const debit = debitFor(carry, cost)
    carry = debit.carry
    return { ...job, seconds, cost, debit_cents: debit.debitCents, entry_id: randomUUID() }
  })
  return { leases, carry }
}

interface UnmeteredJob extends UnmeteredRecord {
  readonly build_id: string
}

/** Locks the organization's account, creating it if needed. Returns its carry in micro-cents. */
async function lockAccount(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ carry: string }>({
    name: 'lock-billing-account',
    text: `insert into billing_accounts as a (organization_id) values ($1)
           on conflict (organization_id) do update set balance_cents = a.balance_cents
           returning carry`,
    values: [organizationId],
  })
  return Number(rows[0]?.carry)
}

/** Removes the organization's oldest uncharged attempts from the queue and returns them. */
async function takeUnmetered(
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

interface NewLease extends UnmeteredJob {
  readonly seconds: number
  readonly cost: number
  readonly debit_cents: number
  readonly entry_id: string
}

/** Writes leases, their debits and the account's new balance and carry, in one statement. */
async function writeLeases(
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

/** Lists the organizations that have uncharged attempts. */
export async function organizationsToMeter(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ organization_id: string }>(
    'select distinct organization_id from unmetered_jobs',
  )
  return rows.map((row) => row.organization_id)
}

/** Queues attempts that ran and ended but were never charged, however old. Returns their number. */
export async function findForgotten(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `insert into unmetered_jobs (job_id, organization_id, build_id, step_key, job_name, started_at, finished_at, cpu_count, memory_gb, disk_gb)
     select j.id, b.queue::uuid, b.id, s->>'key', coalesce(s->>'name', s->>'key'), j.started_at, j.finished_at,
            (s->'resources'->>'cpu')::int, (s->'resources'->>'memoryGb')::int, (s->'resources'->>'diskGb')::int
       from engine.jobs j
       join engine.builds b on b.id = j.build_id
       join engine.plans p on p.build_id = b.id
      cross join lateral (select ${stepOf('p', 'j')} as s) as step
      where j.started_at is not null and j.finished_at is not null and j.step is not null and not j.cached
        and not exists (select 1 from vm_leases l where l.job_id = j.id)
     on conflict (job_id) do nothing`,
  )
  return rowCount ?? 0
}
