/** Ended jobs and builds whose spans are not sent yet. */
import { type BuildState, isBuildTerminal, type Job } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'

interface Change {
  readonly buildId: string
  readonly before: BuildState
  readonly after: BuildState
  readonly endedJobs: readonly Pick<Job, 'id' | 'scheduledAt'>[]
}

/**
 * Records the jobs and the build that ended in a change of a traced build, within the same
 * transaction.
 */
export async function noteEnded(database: Database, { buildId, before, after, endedJobs }: Change): Promise<void> {
  const hasEnded = isBuildTerminal(after) && !isBuildTerminal(before)
  // The other jobs have no spans.
  const ran = endedJobs.filter(({ scheduledAt }) => scheduledAt !== null)
  if (!hasEnded && ran.length === 0) return
  await database.query({
    name: 'note-unsent-spans',
    text: `insert into unsent_spans (build_id, job_id, finished_at, idle_ms)
           select p.build_id, ended.job_id, b.finished_at,
                  (b.idle_ms + 1000 * extract(epoch from b.queued_at - b.created_at))::bigint
             from engine.plans p cross join unnest($2::uuid[]) as ended (job_id)
             left join engine.builds b on b.id = p.build_id and ended.job_id is null
            where p.build_id = $1 and p.context->'trace'->>'sampled' = 'true'`,
    values: [buildId, [...ran.map(({ id }) => id), ...(hasEnded ? [null] : [])]],
  })
}

/** An ended job, or, without a job, the ended build. */
export interface Unsent {
  readonly id: string
  readonly build_id: string
  readonly job_id: string | null
  /** The end of a build, and its total idle time until then, between ends and retries. */
  readonly finished_at: Date | null
  readonly idle_ms: string | null
}

/** A test report left by a job. */
export interface ReportRow {
  readonly job_id: string
  readonly path: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly errored: number
}

/** Returns the reports of jobs whose tests ran, by job. */
export async function readReports(
  database: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ReportRow[]>> {
  const { rows } = await database.query<ReportRow>({
    name: 'read-reports-of-spans',
    text: `select job_id, path, passed, failed, skipped, errored from engine.test_reports
            where job_id = any($1::uuid[]) and at is not null and not cached and format is not null order by job_id, id`,
    values: [jobIds],
  })
  return Map.groupBy(rows, (row) => row.job_id)
}

/** A snapshot of a build that the server stores for other runners. */
export interface ExportRow {
  readonly build_id: string
  /** The job that left it. */
  readonly job_id: string
  readonly snapshot: string
  readonly runner: string
  readonly bytes: string
  readonly asked_at: Date
  readonly stored_at: Date
}

/** Returns the snapshots that runners have sent for builds, by build. */
export async function readExports(
  database: Database,
  buildIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ExportRow[]>> {
  const { rows } = await database.query<ExportRow>({
    name: 'read-exports-of-spans',
    text: `select build_id, job_id, snapshot, runner, bytes, asked_at, stored_at from engine.exports
            where build_id = any($1::uuid[]) and stored_at is not null and bytes is not null order by asked_at, snapshot`,
    values: [buildIds],
  })
  return Map.groupBy(rows, (row) => row.build_id)
}

/** After this time, another process takes over the rows of a killed one. */
const claimSeconds = 60

/** Takes up to `limit` rows, the oldest first. No other process can take them for a minute. */
export async function claimUnsent(database: Database, limit: number): Promise<readonly Unsent[]> {
  const { rows } = await database.query<Unsent>({
    name: 'claim-unsent-spans',
    text: `with free as (
             select id from unsent_spans where claimed_until < now() order by id limit $1 for update skip locked)
           update unsent_spans s set claimed_until = now() + $2 * interval '1 second' from free where s.id = free.id
           returning s.id, s.build_id, s.job_id, s.finished_at, s.idle_ms`,
    values: [limit, claimSeconds],
  })
  return rows
}

/** Releases rows to be sent later. */
export async function releaseUnsent(database: Database, ids: readonly string[]): Promise<void> {
  await database.query("update unsent_spans set claimed_until = '-infinity' where id = any($1::bigint[])", [ids])
}

/** Forgets rows. */
export async function removeUnsent(database: Database, ids: readonly string[]): Promise<void> {
  await database.query({
    name: 'remove-unsent-spans',
    text: 'delete from unsent_spans where id = any($1::bigint[])',
    values: [ids],
  })
}

/** Keeps the newest `most` rows. Returns the number of removed rows. */
export async function removeBeyond(database: Database, most: number): Promise<number> {
  const { rows } = await database.query<{ id: string }>(
    'select id from unsent_spans order by id desc offset $1 limit 10000',
    [most],
  )
  if (rows.length > 0)
    await removeUnsent(
      database,
      rows.map(({ id }) => id),
    )
  return rows.length
}

/** Removes rows that were not sent within a day. Returns how many. */
export async function removeStaleSpans(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from unsent_spans where noted_at < now() - interval '1 day'")
  return rowCount ?? 0
}
