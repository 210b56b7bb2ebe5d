/** How the time of ended builds was spent: a row for each build that passed or failed. */
import { lostKinds, type PartKind } from '@harmont/timeline'
import type { Database } from '../../platform/database/transaction.ts'

/** The kinds of path parts that have a column `<kind>_ms`. Idle time is not included. */
export const keptKinds = ['command', ...lostKinds] as const satisfies readonly PartKind[]
const columns = keptKinds.map((kind) => `${kind}_ms`)
/** The maximum of a column: builds may wait for weeks. */
const mostMs = 2 ** 31 - 1

/** How long rows are kept, which is the longest period that the API offers. */
export const timesDays = 30

/** Returns when a build was approved; null if it was not. */
export async function findApproval(database: Database, buildId: string): Promise<Date | null> {
  const { rows } = await database.query<{ approved_at: Date | null }>({
    name: 'find-approval',
    text: 'select approved_at from build_records where id = $1',
    values: [buildId],
  })
  return rows[0]?.approved_at ?? null
}

/**
 * Returns whether every failed step of a failed build has test reports, and each failed test in
 * them was proved flaky.
 */
export async function hasFailedByFlakyTests(database: Database, buildId: string): Promise<boolean> {
  const { rows } = await database.query<{ flaky: boolean }>({
    name: 'has-failed-by-flaky-tests',
    text: `select bool_and(exists (select from engine.test_reports r where r.job_id = j.id and r.at is not null and r.failed + r.errored > 0)
               and not exists (
                 select from engine.test_reports r join engine.test_results x on x.report = r.id and x.state in ('f', 'e')
                   left join engine.test_verdicts v on v.report = x.report and v.test = x.test and v.verdict = 'flaky'
                  where r.job_id = j.id and r.at is not null and v.test is null)) as flaky
             from engine.jobs j
            where j.build_id = $1 and j.state in ('failed', 'timed_out') and not j.soft_failed
              and not exists (select from engine.jobs n where n.previous_attempt = j.id and n.build_id = j.build_id)`,
    values: [buildId],
  })
  return rows[0]?.flaky === true
}

interface Times {
  readonly buildId: string
  readonly endedAt: Date
  readonly isFlaky: boolean
  readonly missedMs: number
  readonly sums: ReadonlyMap<PartKind, number>
}

/** Stores the times of a build; a newer end replaces an earlier one. */
export async function writeTimes(database: Database, times: Times): Promise<void> {
  const { buildId, endedAt, isFlaky, missedMs, sums } = times
  const values = keptKinds.map((kind) => Math.min(mostMs, Math.round(sums.get(kind) ?? 0)))
  const all = ['ended_at', 'is_flaky', 'missed_ms', ...columns]
  await database.query({
    name: 'write-build-times',
    text: `insert into build_times (build_id, pipeline_id, ${all.join(', ')})
           select id, pipeline_id, ${all.map((_, index) => `$${index + 2}`).join(', ')} from build_records where id = $1
           on conflict (build_id) do update set ${all.map((column) => `${column} = excluded.${column}`).join(', ')}
            where build_times.ended_at <= excluded.ended_at`,
    values: [buildId, endedAt, isFlaky, Math.min(mostMs, missedMs), ...values],
  })
}

interface Counted {
  readonly ms: number
  readonly builds: number
}

interface PipelineTimes {
  readonly builds: number
  readonly parts: readonly (Counted & { readonly kind: PartKind })[]
  readonly flaky: Counted
  readonly missed: Counted
}

const counted = [...columns, 'missed_ms', 'flaky_ms'].flatMap((column) => [column, column.replace(/ms$/, 'builds')])
const ofHours = counted.map((column) => `sum(${column}) as ${column}`)
const ofRows = [...columns, 'missed_ms'].map((column) => `sum(${column}), count(*) filter (where ${column} > 0)`)
const sumText = `
  with since as (select now() - $2 * interval '1 day' as at),
    whole as (select hour_of(at + interval '1 hour' - interval '1 microsecond') as at from since),
    parts as (
      select sum(builds) as builds, ${ofHours.join(', ')} from build_time_hours
       where pipeline_id = $1 and hour >= (select at from whole)
      union all
      select count(*), ${ofRows.join(', ')},
             sum(${columns.map((column) => `${column}::bigint`).join(' + ')}) filter (where is_flaky), count(*) filter (where is_flaky)
        from build_times
       where pipeline_id = $1 and ended_at >= (select at from since) and ended_at < (select at from whole))
  select ${['builds', ...counted].map((column) => `coalesce(sum(${column}), 0)::float8 as ${column}`).join(', ')} from parts`

/**
 * Sums up the times of a pipeline's builds that ended in the last days, in one query: full hours
 * from their sums, and the time before them from the rows.
 */
export async function sumTimes(database: Database, pipelineId: string, days: number): Promise<PipelineTimes> {
  const { rows } = await database.query<Readonly<Record<string, number>>>({
    name: 'sum-build-times',
    text: sumText,
    values: [pipelineId, days],
  })
  const sums = rows[0] ?? {}
  const of = (kind: string): Counted => ({ ms: sums[`${kind}_ms`] ?? 0, builds: sums[`${kind}_builds`] ?? 0 })
  const parts = keptKinds.map((kind) => ({ kind, ...of(kind) })).filter(({ ms }) => ms > 0)
  return {
    builds: sums.builds ?? 0,
    parts: parts.sort((one, other) => other.ms - one.ms),
    flaky: of('flaky'),
    missed: of('missed'),
  }
}

/** Removes rows a day after they are `timesDays` old. Returns how many. */
export async function removeOldTimes(database: Database): Promise<number> {
  const over = `now() - interval '${timesDays + 1} days'`
  // Removes the hours first: otherwise removing the rows would update them.
  await database.query(`delete from build_time_hours where hour < ${over}`)
  const { rowCount } = await database.query(`delete from build_times where ended_at < ${over}`)
  return rowCount ?? 0
}
