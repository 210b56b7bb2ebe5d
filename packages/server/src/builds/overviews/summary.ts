import type { components } from '@harmont/contract'
import { stepOf } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { presentBuild, runMs } from '../records/present-build.ts'
import { buildColumns, type PlacedBuildRow } from '../records/store.ts'

export interface SummaryRow extends PlacedBuildRow {
  readonly pipeline_id: string
  readonly version: number
  /** The name of the first failed step. */
  readonly failed_step: string | null
  readonly approved_at: Date | null
  readonly in_group: boolean
}

/** The columns of a `SummaryRow` except `pipeline_slug`, for use with `joinedToRecord`. */
export const summaryColumns = `${buildColumns}, r.pipeline_id, b.version::float8 as version, f.name as failed_step,
  r.approved_at, b.group_key is not null as in_group`

/**
 * The joins to a build's record `r`. Each table occurs once: a statement is planned several times
 * per connection, and planning costs more than execution.
 */
export const joinedToRecord = `
  join engine.builds b on b.id = r.id
  left join users u on u.id = r.author_id
  left join lateral (
    select ${stepOf('n', 'j')}->>'name' as name from engine.jobs j join engine.plans n on n.build_id = j.build_id
     where j.build_id = r.id and b.state in ('failing', 'failed') and j.state in ('failed', 'timed_out') and not j.soft_failed
     order by j.finished_at limit 1) f on true`

/** Finds builds by their ids, in that order, with all the facts that a list shows. */
export async function findSummaries(database: Database, ids: readonly string[]): Promise<readonly SummaryRow[]> {
  if (ids.length === 0) return []
  const { rows } = await database.query<SummaryRow>({
    name: 'find-summaries',
    // Avoids `= any`: the planner would estimate each member separately.
    text: `select ${summaryColumns}, p.slug as pipeline_slug
             from unnest($1::uuid[]) with ordinality as w(id, position)
             join build_records r on r.id = w.id join pipelines p on p.id = r.pipeline_id ${joinedToRecord}
            order by w.position`,
    values: [ids],
  })
  return rows
}

/** Finds the newest builds of each pipeline, at most `each`, newest first. */
export async function newestSummaries(
  database: Database,
  pipelines: readonly { readonly id: string; readonly slug: string }[],
  each: number,
): Promise<readonly SummaryRow[]> {
  if (pipelines.length === 0) return []
  const { rows } = await database.query<SummaryRow>({
    name: 'newest-summaries',
    text: `select ${summaryColumns}, w.slug as pipeline_slug
             from unnest($1::uuid[], $2::text[]) as w(id, slug)
            cross join lateral (select * from build_records where pipeline_id = w.id order by number desc limit $3) r ${joinedToRecord}
            order by r.pipeline_id, r.number desc`,
    values: [pipelines.map(({ id }) => id), pipelines.map(({ slug }) => slug), each],
  })
  return rows
}

/**
 * Returns a build as an entry of a list. `queue_ms` of a waiting build and `run_ms` of a running
 * one keep growing.
 */
export function presentSummary(row: SummaryRow, now: number): Complete<components['schemas']['BuildSummary']> {
  const started = row.started_at?.getTime() ?? null
  const ended = row.finished_at?.getTime() ?? null
  return {
    ...presentBuild(row, row.pipeline_slug),
    failed_step: row.failed_step,
    queue_ms: (started ?? ended ?? now) - row.queued_at.getTime(),
    run_ms: runMs(row, now),
    version: row.version,
    approved_at: row.approved_at && formatInstant(row.approved_at),
    in_group: row.in_group,
  }
}
