import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'
import type { UsageWindow } from './window.ts'

export interface ChargedLeaseRow {
  readonly job_id: string
  readonly step_key: string
  readonly pipeline_slug: string | null
  readonly number: number | null
  readonly started_at: Date
  readonly finished_at: Date
  readonly seconds: number
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
  readonly cost: number
  readonly debit_cents: number
}

/** Charged leases of a window, oldest first, after a key of start and job. */
export async function leasesAfter(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  page: { readonly after: AgeKey | null; readonly limit: number },
): Promise<readonly ChargedLeaseRow[]> {
  const { rows } = await database.query<ChargedLeaseRow>({
    name: 'leases-after',
    text: `select l.job_id, l.step_key, p.slug as pipeline_slug, r.number, l.started_at, l.finished_at, l.seconds::float8 as seconds, l.cpu_count,
                  l.memory_gb, l.disk_gb, l.cost::float8 as cost, l.debit_cents::float8 as debit_cents
             from vm_leases l left join build_records r on r.id = l.build_id left join pipelines p on p.id = r.pipeline_id
            where l.organization_id = $1 and l.started_at >= $2 and l.started_at < $3
              and ($4::timestamptz is null or (l.started_at, l.job_id) > ($4, $5::uuid))
            order by l.started_at, l.job_id
            limit $6`,
    values: [organizationId, window.from, window.to, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  })
  return rows
}
