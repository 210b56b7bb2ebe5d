/** What was used within a window, by lease start. */
import type { Database } from '../../platform/database/transaction.ts'
import type { UsageWindow } from './window.ts'

export interface UsageRow {
  readonly cpu_seconds: number
  readonly memory_gb_seconds: number
  readonly disk_gb_seconds: number
  readonly total_cents: number
}

const sums = `coalesce(sum(cpu_count * seconds), 0)::float8 as cpu_seconds, coalesce(sum(memory_gb * seconds), 0)::float8 as memory_gb_seconds,
  coalesce(sum(disk_gb * seconds), 0)::float8 as disk_gb_seconds, div(coalesce(sum(cost), 0), 1000000)::float8 as total_cents`
const inWindow = 'organization_id = $1 and started_at >= $2 and started_at < $3'

/** The whole window's use. */
export async function sumUsage(database: Database, organizationId: string, window: UsageWindow): Promise<UsageRow> {
  const { rows } = await database.query<UsageRow>({
    name: 'sum-usage',
    text: `select ${sums} from vm_leases where ${inWindow}`,
    values: [organizationId, window.from, window.to],
  })
  const [row] = rows
  if (row === undefined) throw new Error('a sum gives one row')
  return row
}

export interface DayRow extends UsageRow {
  readonly day: string
}

/** Use by UTC day; days without any are left out. */
export async function sumUsageByDay(
  database: Database,
  organizationId: string,
  window: UsageWindow,
): Promise<readonly DayRow[]> {
  const { rows } = await database.query<DayRow>({
    name: 'sum-usage-by-day',
    text: `select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD') as day, ${sums} from vm_leases where ${inWindow} group by 1 order by 1`,
    values: [organizationId, window.from, window.to],
  })
  return rows
}

export interface PipelineDayRow {
  /** null: the pipeline is gone. */
  readonly pipeline_id: string | null
  readonly slug: string | null
  readonly name: string | null
  readonly day: string
  readonly cpu_seconds: number
  /** Micro-cents. */
  readonly cost: number
  readonly builds: number
}

/** Use by pipeline and UTC day. `builds` are those whose first lease of the window lies on that day, so that they add up. */
export async function sumUsageByPipeline(
  database: Database,
  organizationId: string,
  window: UsageWindow,
): Promise<readonly PipelineDayRow[]> {
  const { rows } = await database.query<PipelineDayRow>({
    name: 'sum-usage-by-pipeline',
    text: `with leases as (
             select build_id, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD') as day, cpu_count * seconds as cpu_seconds, cost,
                    row_number() over (partition by build_id order by started_at) = 1 as is_first
               from vm_leases where ${inWindow})
           select r.pipeline_id, p.slug, p.name, l.day, sum(l.cpu_seconds)::float8 as cpu_seconds, sum(l.cost)::float8 as cost,
                  count(*) filter (where l.is_first)::int as builds
             from leases l left join build_records r on r.id = l.build_id left join pipelines p on p.id = r.pipeline_id
            group by r.pipeline_id, p.slug, p.name, l.day order by l.day`,
    values: [organizationId, window.from, window.to],
  })
  return rows
}
