/** Where the time of ended builds went: a row for each build that passed or failed. */
import { lostKinds, type PartKind } from '@harmont/timeline'
import type { Database } from '../../platform/database/transaction.ts'

/** The kinds of parts that have a column `<kind>_ms`. Idle time is in no sum. */
export const keptKinds = ['command', ...lostKinds] as const satisfies readonly PartKind[]
const columns = keptKinds.map((kind) => `${kind}_ms`)
/** The largest number of a column: builds may wait for weeks. */
const mostMs = 2 ** 31 - 1

/** How long rows are kept: nobody asks for longer. */
export const timesDays = 30

/** Returns when somebody approved a build; null when nobody did. */
export async function findApproval(database: Database, buildId: string): Promise<Date | null> {
  const { rows } = await database.query<{ approved_at: Date | null }>({
    name: 'find-approval',
    text: 'select approved_at from build_records where id = $1',
    values: [buildId],
  })
  return rows[0]?.approved_at ?? null
}

/**
 * Returns whether every step that failed, and the build with it, has reports of tests, and each test
 * that failed in them was proved flaky.
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

/** Keeps the times of a build; a newer end replaces those of an earlier one. */
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

/** Sums up the times of the builds of a pipeline that ended in the last days, in one look. */
export async function sumTimes(database: Database, pipelineId: string, days: number): Promise<PipelineTimes> {
  const counted = (column: string) =>
    `coalesce(sum(${column}), 0)::float8 as ${column}, count(*) filter (where ${column} > 0)::int as ${column}_builds`
  const { rows } = await database.query<Readonly<Record<string, number>>>({
    name: 'sum-build-times',
    text: `select count(*)::int as builds, ${[...columns, 'missed_ms'].map(counted).join(', ')},
                  count(*) filter (where is_flaky)::int as flaky_builds,
                  coalesce(sum(${columns.map((column) => `${column}::bigint`).join(' + ')}) filter (where is_flaky), 0)::float8 as flaky_ms
             from build_times where pipeline_id = $1 and ended_at >= now() - $2 * interval '1 day'`,
    values: [pipelineId, days],
  })
  const sums = rows[0] ?? {}
  const of = (column: string): Counted => ({ ms: sums[column] ?? 0, builds: sums[`${column}_builds`] ?? 0 })
  const parts = keptKinds.map((kind) => ({ kind, ...of(`${kind}_ms`) })).filter(({ ms }) => ms > 0)
  return {
    builds: sums.builds ?? 0,
    parts: parts.sort((one, other) => other.ms - one.ms),
    flaky: { ms: sums.flaky_ms ?? 0, builds: sums.flaky_builds ?? 0 },
    missed: of('missed_ms'),
  }
}

/** Removes rows that nobody asks for any more. Returns how many. */
export async function removeOldTimes(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `delete from build_times where ended_at < now() - interval '${timesDays + 1} days'`,
  )
  return rowCount ?? 0
}
