import type { BuildState, CacheLookUp, JobRow, JobState, LookUpInputs } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { joinedToRecord, type SummaryRow, summaryColumns } from '../overviews/summary.ts'

/** An earlier build of the same branch. */
export interface Earlier {
  readonly number: number
  readonly commit: string
  readonly state: BuildState
}

/** Finds up to 200 earlier builds of a branch, newest first, back to the last that passed. */
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

/** Returns the run times of a pipeline's last ten passed builds, in ms. */
export async function recentRunMs(database: Database, pipelineId: string): Promise<readonly number[]> {
  const { rows } = await database.query<{ ms: number }>({
    name: 'recent-run-ms',
    text: `select (extract(epoch from b.finished_at - b.started_at) * 1000 - b.idle_ms)::float8 as ms
             from (select id from build_records where pipeline_id = $1 and state = 'passed' order by number desc limit 10) r
             join engine.builds b on b.id = r.id where b.started_at is not null`,
    values: [pipelineId],
  })
  return rows.map(({ ms }) => ms)
}

export interface ViewRow extends SummaryRow {
  /** The numbers of the previous and next builds of its pipeline. */
  readonly previous: number | null
  readonly next: number | null
  readonly canceled_by: string | null
  readonly canceled_by_name: string | null
  readonly has_artifacts: boolean
}

/** Finds the facts of a build that the engine does not store. */
export async function findViewRow(database: Database, buildId: string): Promise<ViewRow | undefined> {
  const { rows } = await database.query<ViewRow>({
    name: 'find-view-row',
    text: `select ${summaryColumns}, p.slug as pipeline_slug, r.canceled_by, coalesce(c.name, c.email) as canceled_by_name,
                  (select max(number) from build_records where pipeline_id = r.pipeline_id and number < r.number) as previous,
                  (select min(number) from build_records where pipeline_id = r.pipeline_id and number > r.number) as next,
                  exists (select from engine.artifacts where build_id = r.id) as has_artifacts
             from build_records r join pipelines p on p.id = r.pipeline_id left join users c on c.id = r.canceled_by ${joinedToRecord}
            where r.id = $1`,
    values: [buildId],
  })
  return rows[0]
}

/** Finds attempts of steps that changed after a version or were retried, oldest first. */
export async function findAttempts(database: Database, buildId: string, after: number): Promise<readonly AttemptRow[]> {
  const { rows } = await database.query<AttemptRow>({
    name: 'find-attempts',
    text: `select id, step, attempt, state, exit_code, created_at, started_at, finished_at, version::float8,
                  fence, scheduled_at, assigned_at, 
                  -- The newest attempts are in memory.
                  case when attempt < max(attempt) over (partition by step) then phases end as phases
             from engine.jobs
            where build_id = $1 and coalesce(step, -1) = any(array(
                    select distinct coalesce(step, -1) from engine.jobs where build_id = $1 and (version > $2 or attempt > 1)))
            order by step, attempt`,
    values: [buildId, after],
  })
  return rows
}

/** Counts the annotations of a build, by job. */
export async function countAnnotations(database: Database, buildId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ job_id: string; count: number }>({
    name: 'count-annotations',
    text: 'select job_id, count(*)::int as count from engine.annotations where build_id = $1 group by job_id',
    values: [buildId],
  })
  return new Map(rows.map(({ job_id, count }) => [job_id, count]))
}

/** Counts the jobs of the queue before each waiting job; omits jobs far behind. */
export async function jobsAhead(
  database: Database,
  queue: string,
  buildId: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ job_id: string; ahead: number }>({
    name: 'jobs-ahead',
    text: `select job_id, ahead::int
             from (select job_id, build_id, row_number() over (order by ready_at, seq) - 1 as ahead
                     from (select job_id, build_id, ready_at, seq from engine.ready
                            where queue = $1 and not_before is null and gate is null order by ready_at, seq limit 2000) first) placed
            where build_id = $2`,
    values: [queue, buildId],
  })
  return new Map(rows.map(({ job_id, ahead }) => [job_id, ahead]))
}

/** An attempt of a step. */
export interface AttemptRow extends Pick<JobRow, 'fence' | 'scheduled_at' | 'assigned_at' | 'phases'> {
  readonly id: string
  /** null: the rendering. */
  readonly step: number | null
  readonly attempt: number
  readonly state: JobState
  readonly exit_code: number | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
  /** The build's version at its latest change. */
  readonly version: number
}

/** The cache lookup of a step, with the entry to compare it with. */
export interface LookUpRow {
  readonly job_id: string
  readonly inputs: LookUpInputs
  readonly hit: { readonly origin: NonNullable<CacheLookUp['hit']>['origin']; readonly createdAt: string } | null
  /** The run time of the job that stored the entry; null if unknown. */
  readonly saved_ms: number | null
  /** The inputs of the newest earlier entry under the step's name; null if there is none. */
  readonly previous: LookUpInputs | null
  /** Whether an earlier job stored an entry under the same key. */
  readonly was_there: boolean
  readonly damaged: boolean
}

/** Finds the lookups of many jobs, by job, in one query. */
export async function findLookUps(
  database: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, LookUpRow>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await database.query<LookUpRow>({
    name: 'find-look-ups',
    // Uses subqueries for single jobs, each by an index: for a join, the planner would read all
    // jobs.
    text: `select l.job_id, l.inputs, l.hit, l.damaged, p.inputs as previous,
                  (select (extract(epoch from o.finished_at - o.started_at) * 1000)::float8 from engine.jobs o
                    where o.id = (l.hit->'origin'->>'job')::uuid) as saved_ms,
                  l.hit is null and exists (
                    select from engine.cache_look_ups k where k.key = l.key and k.place = any(l.places) and k.at < l.at
                       and (select j.state from engine.jobs j where j.id = k.job_id) = 'passed') as was_there
             from engine.cache_look_ups l
             left join lateral (
               select newest.inputs from unnest(l.places) as s(place) cross join lateral (
                 select b.inputs, b.at from engine.cache_look_ups b where b.place = s.place and b.at < l.at
                    and (select j.state from engine.jobs j where j.id = b.job_id) = 'passed' order by b.at desc limit 1) newest
                where l.hit is null order by newest.at desc limit 1) p on true
            where l.job_id = any($1::uuid[])`,
    values: [jobIds],
  })
  return new Map(rows.map((row) => [row.job_id, row]))
}
