import type { Database } from '../database/transaction.ts'
import { joinedToRecord, type SummaryRow, summaryColumns } from '../overviews/summary-store.ts'
import type { Earlier } from './lineage.ts'

/** The builds of a branch before one, back to the last that passed, newest first; the last of a long row of failures are left out. */
export async function earlierBuilds(
  database: Database,
  build: { readonly pipelineId: string; readonly branch: string; readonly number: number },
): Promise<readonly Earlier[]> {
  const { rows } = await database.query<Earlier>({
    name: 'earlier-builds',
    text: `with earlier as (
             select number, commit, state from build_records where pipeline_id = $1 and branch = $2 and number < $3 order by number desc limit 200)
           select * from earlier where number >= (select coalesce(max(number) filter (where state = 'passed'), 0) from earlier) order by number desc`,
    values: [build.pipelineId, build.branch, build.number],
  })
  return rows
}

/** How long the last ten passed builds of a pipeline ran, in ms. */
export async function recentRunMs(database: Database, pipelineId: string): Promise<readonly number[]> {
  const { rows } = await database.query<{ ms: number }>({
    name: 'recent-run-ms',
    text: `select (extract(epoch from b.finished_at - b.started_at) * 1000)::float8 as ms
             from (select id from build_records where pipeline_id = $1 and state = 'passed' order by number desc limit 10) r
             join engine.builds b on b.id = r.id where b.started_at is not null`,
    values: [pipelineId],
  })
  return rows.map(({ ms }) => ms)
}

export interface ViewRow extends SummaryRow {
  /** The newest number of its pipeline. */
  readonly last_number: number
  readonly canceled_by: string | null
  readonly canceled_by_name: string | null
  readonly job_versions: Readonly<Record<string, number>>
}

/** What of a build is in no reading of the engine's, the version of each job among it. */
export async function findViewRow(database: Database, buildId: string): Promise<ViewRow | undefined> {
  const { rows } = await database.query<ViewRow>({
    name: 'find-view-row',
    text: `select ${summaryColumns}, p.slug as pipeline_slug, p.last_build_number as last_number, r.canceled_by,
                  coalesce(c.name, c.email) as canceled_by_name,
                  (select coalesce(json_object_agg(j.id, j.version), '{}') from engine.jobs j where j.build_id = r.id) as job_versions
             from build_records r join pipelines p on p.id = r.pipeline_id left join users c on c.id = r.canceled_by ${joinedToRecord}
            where r.id = $1`,
    values: [buildId],
  })
  return rows[0]
}
