import type pg from 'pg'
import type { ChangedBuild } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import type { BuildEvent, Effect, Instant, Job } from '../core/model.ts'
import { defaultPool } from '../core/placement/reach.ts'
import type { Applied, BuildContext, BuildStore, JobOutput, LiveSnapshots, Watch } from '../store.ts'
import { longBreakMs } from '../store-settings.ts'
import type { Wait } from '../wait.ts'
import type { BuildTurns, Loaded } from './build-turns.ts'
import { type JobRow, jobColumns, jobFromRow } from './job-rows.ts'
import { submitBuild } from './submit-build.ts'
import { writeReports } from './tests/test-reports.ts'
import { time } from './values.ts'
import { reopenGates } from './waiting/gates.ts'
import type { Groups } from './waiting/groups.ts'
import { findLimits, type Limited, type RunningLimit, setLimit } from './waiting/limits.ts'
import { findPlaceWait, findWaits } from './waiting/waits.ts'

// A future appended step may start from any step of its build. A generator appends until it has
// passed: a retry runs it again, except if its condition has skipped it.
const mayGrow = `exists (
    select from engine.jobs g where g.build_id = b.id and g.appends and g.state <> 'passed' and g.skip_reason is distinct from 'condition'
      and not exists (select from engine.jobs n where n.build_id = g.build_id and n.step = g.step and n.attempt > g.attempt))`

/**
 * Finds the snapshots of unfinished and recently ended builds that a job, a retry, a proof or a
 * shell may start from. A single statement, because a build may end or be retried between two.
 */
export const liveSnapshotsText = `with b as (
    select id, finished_at, state from engine.builds where finished_at is null
    union all select id, finished_at, state from engine.builds where finished_at > $1),
  fetched as (select snapshot from engine.layer_places where runner = $2)
  select s.value as snapshot, b.finished_at is not null as over, b.state <> 'passed' as wanted, b.finished_at
  from b join engine.jobs j on j.build_id = b.id cross join json_each_text(j.service_snapshots) s
  where j.service_snapshots is not null and ($2::text is null or j.runner = $2 or s.value in (select snapshot from fetched))
  union all
  select j.snapshot, b.finished_at is not null as over, (j.state <> 'passed' or w.step is not null or ${mayGrow}) as wanted, b.finished_at
  from b join engine.jobs j on j.build_id = b.id
  left join (select distinct c.build_id, u.step from b join engine.jobs c on c.build_id = b.id
    cross join unnest(c.inputs_from || c.builds_in) u(step)
    where (c.builds_in is not null or c.inputs_from is not null) and (
      c.state <> 'passed' and not exists (
        select from engine.jobs n where n.build_id = c.build_id and n.step = c.step and n.attempt > c.attempt)
      or exists (select from engine.probes p where p.job_id = c.id))) w
    on w.build_id = j.build_id and w.step = j.step
  where j.snapshot is not null and j.step is not null and ($2::text is null or j.runner = $2 or j.snapshot in (select snapshot from fetched))
  order by finished_at desc`

const watchText = `insert into engine.watch (since, seen_at, busy_at)
  values ($1::timestamptz, $1, case when exists (select from engine.leases where expires_at > $1) then $1::timestamptz end)
  on conflict (id) do update set since = case when engine.watch.seen_at < $2 then excluded.since else engine.watch.since end,
    seen_at = greatest(engine.watch.seen_at, excluded.seen_at), busy_at = greatest(engine.watch.busy_at, excluded.busy_at)
  returning since, busy_at`

// A job without pool and labels waits for any runner; another job only for matching runners that
// were connected during the wait.
const hasTaker = `(w.pool is null and w.labels is null or exists (select from engine.runners x where x.seen_at > $1
    and (x.pool is null or x.pool = coalesce(w.pool, '${defaultPool}')) and (x.labels is null or w.labels is null or w.labels <@ x.labels)
    and (x.queues is null or w.queue = any(x.queues))))`

// Implements the condition of the core's `standsStill`, for builds that are old enough.
export const standingText = `select b.id from engine.builds b
  where b.finished_at is null and not b.held and not b.awaits_place and b.created_at <= $1
    and not exists (select from engine.jobs j where j.build_id = b.id and (j.state in ('assigned', 'running', 'canceling', 'timing_out')
      or greatest(j.created_at, j.scheduled_at, j.assigned_at, j.finished_at, j.not_before) > $1))
    and ($2 or not exists (select from engine.jobs j join engine.ready w on w.job_id = j.id where j.build_id = b.id and ${hasTaker}))
  order by b.created_at limit $3`

interface PostgresBuildsOptions {
  readonly pool: pg.Pool
  readonly now: () => Instant
  readonly turns: BuildTurns
  readonly groups: Groups
  /** Announces a change of a build, and settles the affected group. */
  readonly tell: (build: ChangedBuild, effects: readonly Effect[]) => Promise<void>
}

export class PostgresBuilds implements BuildStore {
  readonly #options: PostgresBuildsOptions
  readonly #pool: pg.Pool
  readonly #turns: BuildTurns

  constructor(options: PostgresBuildsOptions) {
    this.#options = options
    this.#pool = options.pool
    this.#turns = options.turns
  }

  /** Writes a new build in the client's open transaction. Call `submitted` after its commit. */
  submit(client: pg.ClientBase, created: Created, context: BuildContext): Promise<void> {
    return submitBuild(client, created, context)
  }

  /** Announces a committed build; resolves when the build has its place in its group, if any. */
  submitted(build: ChangedBuild, effects: readonly Effect[]): Promise<void> {
    return this.#options.tell(build, effects)
  }

  load(buildId: string): Promise<Loaded | undefined> {
    return this.#turns.load(buildId)
  }

  known(buildId: string): Promise<Loaded | undefined> {
    return this.#turns.load(buildId, { asKnown: true })
  }

  async jobs(buildId: string): Promise<readonly Job[]> {
    const { rows } = await this.#pool.query<JobRow>({
      name: 'engine-jobs',
      text: `select ${jobColumns} from engine.jobs where build_id = $1 order by step nulls first, attempt`,
      values: [buildId],
    })
    return rows.map(jobFromRow)
  }

  async job(buildId: string, jobId: string): Promise<Job | undefined> {
    const { rows } = await this.#pool.query<JobRow>({
      name: 'engine-job',
      text: `select ${jobColumns} from engine.jobs where build_id = $1 and id = $2`,
      values: [buildId, jobId],
    })
    return rows[0] && jobFromRow(rows[0])
  }

  async apply(buildId: string, events: readonly BuildEvent[], output?: JobOutput): Promise<Applied | undefined> {
    if (events.some(({ type }) => type === 'leased'))
      throw new TypeError('expected an event, got a lease: only `leases.take` grants leases')
    const written = output && { ...output, reports: await this.#writeReports(buildId, events, output) }
    return (await this.#turns.work(buildId, { events, lease: null, output: written }, true))?.applied
  }

  async #writeReports(
    buildId: string,
    events: readonly BuildEvent[],
    { jobId, output: { tests } }: JobOutput,
  ): Promise<readonly string[]> {
    if (tests.length === 0) return []
    const loaded = await this.known(buildId)
    if (loaded === undefined) return []
    const { build, context } = loaded
    const isCached = events.some((event) => event.type === 'ended' && event.outcome.kind === 'cached')
    const of = { jobId, buildId, pipeline: build.pipeline, isTrusted: context.trust === 'trusted', isCached }
    const isFetched = context.claimant === undefined
    return writeReports(this.#pool, { ...of, isFetched, at: this.#options.now() }, tests)
  }

  async waits(buildId: string, now: Instant = this.#options.now()): Promise<ReadonlyMap<string, Wait>> {
    const loaded = await this.load(buildId)
    return loaded ? findWaits(this.#pool, loaded.build, now) : new Map()
  }

  /** Returns the wait of the whole build for a place in its group; null if it does not wait. */
  placeWait(buildId: string): Promise<Wait | null> {
    return findPlaceWait(this.#pool, buildId)
  }

  /** Sets the maximum number of running jobs of a queue or pipeline; null for no limit. */
  setLimit(of: Limited, limit: number | null): Promise<void> {
    return setLimit(this.#pool, of, limit)
  }

  /** Returns those of these limits that are set. */
  limits(of: readonly Limited[]): Promise<readonly RunningLimit[]> {
    return findLimits(this.#pool, of)
  }

  async settleGroups(): Promise<void> {
    await this.#options.groups.settleAll()
    await reopenGates(this.#pool)
  }

  async watch(now: Instant): Promise<Watch> {
    const values = [time(now), time(now - longBreakMs)]
    const { rows } = await this.#pool.query<{ since: Date; busy_at: Date | null }>(watchText, values)
    const [row] = rows
    if (row === undefined) throw new Error('expected the row of the watch')
    return { since: row.since.getTime(), busyAt: row.busy_at?.getTime() ?? null }
  }

  async standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: 'engine-standing',
      text: standingText,
      values: [time(since), isIdle, limit],
    })
    return rows.map(({ id }) => id)
  }

  async liveSnapshots(since: Instant, runner?: string): Promise<LiveSnapshots> {
    const { rows } = await this.#pool.query<{ snapshot: string; over: boolean; wanted: boolean }>({
      name: 'engine-live-snapshots',
      text: liveSnapshotsText,
      values: [time(since), runner ?? null],
    })
    const named = (wanted: boolean, over: boolean): readonly string[] =>
      rows.flatMap((row) => (row.wanted === wanted && row.over === over ? row.snapshot : []))
    return { needed: new Set(named(true, false)), pinned: named(true, true), left: named(false, true) }
  }
}
