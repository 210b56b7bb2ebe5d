import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'

export interface EntryRow {
  readonly id: string
  readonly amount_cents: number
  readonly source: 'stripe_topup' | 'coupon_redemption' | 'admin_grant' | 'vm_lease_debit' | 'refund'
  readonly description: string | null
  readonly created_at: Date
  readonly job_id: string | null
  readonly pipeline_slug: string | null
  readonly number: number | null
}

export interface EntryFilter {
  readonly source: string | null
  readonly from: Date | null
  readonly to: Date | null
}

/** Ledger entries, newest first, after a key. */
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
