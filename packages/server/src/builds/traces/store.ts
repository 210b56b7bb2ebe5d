/** Ended jobs and builds whose spans are still to be sent, and the phases of traced jobs. */
import { type BuildState, isBuildTerminal, type Job, type Phase, type TraceSink } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'

interface Change {
  readonly buildId: string
  readonly before: BuildState
  readonly after: BuildState
  readonly endedJobs: readonly Pick<Job, 'id' | 'scheduledAt'>[]
}

/** Notes what ended in a change of a traced build, in the transaction of that change. */
export async function noteEnded(database: Database, { buildId, before, after, endedJobs }: Change): Promise<void> {
  const hasEnded = isBuildTerminal(after) && !isBuildTerminal(before)
  // The others have no spans.
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

/** Keeps phases in the database, so that a kill loses none that were told. */
export function phaseStore(database: Database): TraceSink {
  return {
    async keep({ jobId, fence }, phases) {
      const records = phases.map(({ name, from, to }) => ({ name, began_at: from, ended_at: to }))
      await database.query({
        name: 'keep-phases',
        text: `insert into job_phases (job_id, fence, name, began_at, ended_at)
               select l.job_id, l.fence, p.* from engine.leases l,
                 json_to_recordset($3::json) as p (name text, began_at timestamptz, ended_at timestamptz)
                where l.job_id = $1 and l.fence = $2
               on conflict do nothing`,
        values: [jobId, fence, JSON.stringify(records)],
      })
    },
  }
}

/** Something that ended: a job, or without one the build itself. */
export interface Unsent {
  readonly id: string
  readonly build_id: string
  readonly job_id: string | null
  /** Of a build: its end, and how long it had rested by then between an end and a retry. */
  readonly finished_at: Date | null
  readonly idle_ms: string | null
}

/** Another process takes what a killed one had, after this time. */
const claimSeconds = 60

/** Takes up to `limit` rows, the oldest first. No other process gets them for a minute. */
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

/** Gives rows back, to be sent later. */
export async function releaseUnsent(database: Database, ids: readonly string[]): Promise<void> {
  await database.query("update unsent_spans set claimed_until = '-infinity' where id = any($1::bigint[])", [ids])
}

/** Forgets rows, and the phases of their jobs. */
export async function removeUnsent(database: Database, ids: readonly string[]): Promise<void> {
  await database.query({
    name: 'remove-unsent-spans',
    text: `with gone as (delete from unsent_spans where id = any($1::bigint[]) returning job_id)
           delete from job_phases p using gone where p.job_id = gone.job_id`,
    values: [ids],
  })
}

/** Keeps the newest `most` rows. Returns how many it removed. */
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

/** Removes what nobody will send: no process has sent anything for a day. Returns how many. */
export async function removeStaleSpans(database: Database): Promise<number> {
  const { rowCount } = await database.query("delete from unsent_spans where noted_at < now() - interval '1 day'")
  // Those of jobs that ended while nothing was traced.
  await database.query("delete from job_phases where ended_at < now() - interval '30 days'")
  return rowCount ?? 0
}

export interface KeptPhase {
  readonly fence: number
  readonly name: Phase['name']
  readonly from: Date
  readonly to: Date
}

/** Returns the phases of jobs, by job, in the order of their beginnings. */
export async function readPhases(
  database: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, readonly KeptPhase[]>> {
  const { rows } = await database.query<KeptPhase & { readonly job_id: string }>({
    name: 'read-phases',
    text: `select job_id, fence, name, began_at as from, ended_at as to from job_phases
            where job_id = any($1::uuid[]) order by job_id, fence, began_at`,
    values: [jobIds],
  })
  return Map.groupBy(rows, (row) => row.job_id)
}
