import type { Database } from '../../platform/database/transaction.ts'

export interface UnchargedUse {
  readonly started_at: Date
  /** null: it runs. */
  readonly finished_at: Date | null
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
}

/** What an organization uses now or has used and is not charged for yet. */
export async function uncharged(database: Database, organizationId: string): Promise<readonly UnchargedUse[]> {
  const { rows } = await database.query<UnchargedUse>({
    name: 'uncharged-use',
    text: `select started_at, finished_at, cpu_count, memory_gb, disk_gb from unmetered_jobs where organization_id = $1
           union all
           select j.started_at, null, (s->>'cpu')::int, (s->>'memoryGb')::int, (s->>'diskGb')::int
             from engine.leases e
             join engine.jobs j on j.id = e.job_id and j.step is not null
             join engine.builds b on b.id = e.build_id and b.queue = $1::text
             join engine.plans p on p.build_id = e.build_id
            cross join lateral (select p.steps->j.step->'resources' as s) as step
            where e.started`,
    values: [organizationId],
  })
  return rows
}
