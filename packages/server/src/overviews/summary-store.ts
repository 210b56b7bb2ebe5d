import { type PlacedBuildRow, selectBuilds } from '../builds/store.ts'
import type { Database } from '../database/transaction.ts'

export interface SummaryRow extends PlacedBuildRow {
  readonly pipeline_id: string
  readonly version: number
  /** Name of the step that failed first. */
  readonly failed_step: string | null
}

/** Builds by their ids, in that order, with what a list shows of each. */
export async function findSummaries(database: Database, ids: readonly string[]): Promise<readonly SummaryRow[]> {
  if (ids.length === 0) return []
  const { rows } = await database.query<SummaryRow>({
    name: 'find-summaries',
    text: `select x.*, q.pipeline_id, p.slug as pipeline_slug, b.version::float8 as version, f.name as failed_step
             from (${selectBuilds} where r.id = any($1::uuid[])) x
             join build_records q on q.id = x.id
             join pipelines p on p.id = q.pipeline_id
             join engine.builds b on b.id = x.id
             left join lateral (
               select n.steps->j.step->>'name' as name from engine.jobs j join engine.plans n on n.build_id = j.build_id
                where j.build_id = x.id and x.state in ('failing', 'failed') and j.state in ('failed', 'timed_out') and not j.soft_failed
                order by j.finished_at limit 1) f on true
            order by array_position($1::uuid[], x.id)`,
    values: [ids],
  })
  return rows
}
