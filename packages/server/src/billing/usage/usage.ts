/** Use within a window: sums by day and by pipeline. */
import type { components } from '@harmont/contract'
import type { ArtifactDay } from '../../builds/artifacts/kept-days.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete } from '../../platform/http/index.ts'
import { microCentsPerCent } from './lease-cost.ts'
import { dayMs, type UsageWindow } from './window.ts'

type Schemas = components['schemas']

interface UsageRow {
  readonly cpu_seconds: number
  readonly memory_gb_seconds: number
  readonly disk_gb_seconds: number
  readonly total_cents: number
}

const sums = `coalesce(sum(cpu_count * seconds), 0)::float8 as cpu_seconds, coalesce(sum(memory_gb * seconds), 0)::float8 as memory_gb_seconds,
  coalesce(sum(disk_gb * seconds), 0)::float8 as disk_gb_seconds, div(coalesce(sum(cost), 0), 1000000)::float8 as total_cents`
const inWindow = 'organization_id = $1 and started_at >= $2 and started_at < $3'

/** Sums the use of the whole window. */
export async function sumUsage(database: Database, organizationId: string, window: UsageWindow): Promise<UsageRow> {
  const { rows } = await database.query<UsageRow>({
    name: 'sum-usage',
    text: `select ${sums} from vm_leases where ${inWindow}`,
    values: [organizationId, window.from, window.to],
  })
  const [row] = rows
  if (row === undefined) throw new Error('the sum returned no row')
  return row
}

interface DayRow extends UsageRow {
  readonly day: string
}

/** Sums the use by UTC day; days without use are omitted. */
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

interface PipelineDayRow {
  /** null: the pipeline was deleted. */
  readonly pipeline_id: string | null
  readonly slug: string | null
  readonly name: string | null
  readonly day: string
  readonly cpu_seconds: number
  /** Micro-cents. */
  readonly cost: number
  readonly builds: number
}

/** Sums use by pipeline and UTC day. Counts a build on the day of its first lease. */
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

/** Returns one bucket for each UTC day of the window, with zeros for days without use. */
export function presentSeries(
  rows: readonly DayRow[],
  artifacts: readonly ArtifactDay[],
  window: UsageWindow,
): Complete<Schemas['UsageSeriesBucket']>[] {
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const kept = new Map(artifacts.map(({ day, gbDays }) => [day, gbDays]))
  return daysOf(window).map((date) => {
    const row = byDay.get(date)
    return {
      date,
      cpu_seconds: row?.cpu_seconds ?? 0,
      memory_gb_seconds: row?.memory_gb_seconds ?? 0,
      disk_gb_seconds: row?.disk_gb_seconds ?? 0,
      total_cents: row?.total_cents ?? 0,
      artifact_gb_days: kept.get(date) ?? 0,
    }
  })
}

/** Returns the total storage of artifacts over these days, in GB-days. */
export function sumArtifacts(days: readonly ArtifactDay[]): number {
  return days.reduce((sum, { gbDays }) => sum + gbDays, 0)
}

/** Returns the pipelines, most expensive first. Deleted pipelines are one entry without a name. */
export function presentPipelines(
  rows: readonly PipelineDayRow[],
  window: UsageWindow,
): Complete<Schemas['PipelineUsage']>[] {
  const dates = daysOf(window)
  return [...Map.groupBy(rows, (row) => row.pipeline_id).values()]
    .map((days) => {
      const byDay = new Map(days.map((row) => [row.day, row]))
      const sum = (of: (row: PipelineDayRow) => number) => days.reduce((total, row) => total + of(row), 0)
      return {
        pipeline_slug: days[0]?.slug ?? null,
        pipeline_name: days[0]?.name ?? null,
        total_cents: cents(sum((row) => row.cost)),
        cpu_seconds: sum((row) => row.cpu_seconds),
        builds: sum((row) => row.builds),
        days: dates.map((date) => ({
          date,
          total_cents: cents(byDay.get(date)?.cost ?? 0),
          cpu_seconds: byDay.get(date)?.cpu_seconds ?? 0,
        })),
      }
    })
    .sort((a, b) => b.total_cents - a.total_cents)
}

function cents(cost: number): number {
  return Math.floor(cost / microCentsPerCent)
}

/** Lists the UTC days that overlap the window. */
function daysOf({ from, to }: UsageWindow): readonly string[] {
  const days: string[] = []
  const first = Math.floor(from.getTime() / dayMs) * dayMs
  for (let at = first; at < to.getTime(); at += dayMs) days.push(new Date(at).toISOString().slice(0, 10))
  return days
}
