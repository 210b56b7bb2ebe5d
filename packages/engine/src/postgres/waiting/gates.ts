/**
 * Implements gates in PostgreSQL: limits of running jobs, and groups of jobs. Jobs that have passed
 * a gate are counted in `engine.leases`. A job that waits at a gate has the gate's key in
 * `engine.ready`, so that the search for work skips it. A transaction that makes room at a gate
 * lets the search find the next jobs. Both happen only under the gate's lock. Jobs become ready
 * without a check of their gates.
 *
 * Order of locks: the build's row, gates, leases. A transaction never waits for rows of other
 * builds in `engine.ready`.
 */
import type pg from 'pg'
import { type Admission, type Gate, groupOf, limitKey } from '../../core/gates.ts'
import type { LiveBuild } from '../../core/live-build.ts'
import type { Instant, Job } from '../../core/model.ts'
import type { LockedBuildRow } from '../build-rows.ts'
import { changesChannel, everybodyLooks } from '../notifier.ts'
import { isLeasable } from '../plan-leases.ts'
import { time } from '../values.ts'

/**
 * Number of locks that groups share, because a transaction may not hold one for each of many
 * groups.
 */
const locks = 256
const lockKind = 1_718_773_621
/** Maximum number of jobs that pass a gate, or are examined, at once. */
const most = 1000

/**
 * SQL of the jobs that fit into each group of $1 at $2. The turn belongs to the first build alone,
 * because jobs of another build might overtake its jobs.
 */
const turnsText = `unnest($1::text[]) as g(key)
  cross join lateral (select greatest(0, least(${most},
      least((select min(group_limit) from engine.ready where group_key = g.key), (select min(group_limit) from engine.leases where group_key = g.key))
      - (select count(*) from engine.leases where group_key = g.key)))::int as room) r
  left join lateral (select n.*, first_value(n.build_id) over (order by n.place) as turn_of from (
    select w.job_id, w.build_id, w.gate, (w.build_at, w.build_id, w.step) as place from engine.ready w
    where w.group_key = g.key and (w.gate is null or w.gate = w.group_key) and (w.ready_at <= $2 or w.gate is not null)
    order by w.build_at, w.build_id, w.step limit r.room) n) t on true`

/**
 * SQL of the room within each limit: keys in $3, limits in $4, pipelines in $5 (null for the limit
 * of the queue); the queue is $6.
 */
const roomsText = `unnest($3::text[], $4::int[], $5::text[]) as l(key, jobs, pipeline)
  cross join lateral (select greatest(0, least(${most}, l.jobs - case when l.pipeline is null
      then (select count(*) from engine.leases where queue = $6)
      else (select count(*) from engine.leases where queue = $6 and pipeline = l.pipeline) end))::int as room) r`

export const readText = `select g.key, r.room, coalesce(array_agg(t.job_id order by t.place) filter (where t.build_id = $7 and t.turn_of = $7), '{}') as turn,
    count(t.job_id)::int as fitting
    from ${turnsText} group by g.key, r.room
  union all select l.key, r.room, null, 0 from ${roomsText}`

// Opens the first of one group's jobs that wait at a limit, in the order of the group, whichever
// was ready first.
export const openText = `with heads as (select l.key, w.job_id, w.group_key from ${roomsText} cross join lateral (
      select job_id, group_key from engine.ready where gate = l.key order by ready_at, seq limit r.room) w),
  next as (
    select t.job_id from ${turnsText} where t.gate is not null and t.build_id = t.turn_of
    union select job_id from heads where group_key is null
    union select f.job_id from (select key, group_key, count(*) as heads from heads where group_key is not null group by key, group_key) h
      cross join lateral (select job_id from engine.ready where gate = h.key and gate <> group_key and group_key = h.group_key
        order by build_at, build_id, step limit h.heads) f),
  opened as (update engine.ready set gate = null from next where engine.ready.job_id = next.job_id returning 1)
  select pg_notify('${changesChannel}', '${everybodyLooks}') from opened limit 1`

// Parks the refused jobs, and others that the same full gates would refuse, because each would cost
// a search and a transaction. Takes only jobs whose gates are all locked, because another
// transaction may be making room for the others.
export const parkText = `with seen as (
    select w.job_id, case when w.group_key = any($3::text[]) then w.group_key when w.pipeline = $4 then $5 else $6 end as gate from (
      select job_id, pipeline, group_key from engine.ready
      where queue = $7 and gate is null and ready_at <= $8 order by ready_at, seq limit ${most}) w
    where (w.group_key is null or w.group_key = any($9::text[]))
      and (w.pipeline = $10 or not exists (select from engine.limits l where l.kind = 'pipeline' and l.id = w.pipeline))),
  alike as (
    select r.job_id, seen.gate from seen join engine.ready r on r.job_id = seen.job_id
    where seen.gate is not null and r.gate is null and r.job_id <> all($1::uuid[]) for update of r skip locked)
  update engine.ready r set gate = p.gate, not_before = null
  from (select * from unnest($1::uuid[], $2::text[]) as p(job_id, gate) union all select * from alike) p where r.job_id = p.job_id`

interface JobLimit {
  readonly key: string
  readonly limit: number
  /** Null for the limit of the whole queue. */
  readonly pipeline: string | null
}

/** Returns the gates of the build with this locked row. */
export function buildGates(client: pg.ClientBase, live: LiveBuild, row: LockedBuildRow): BuildGates {
  const { queue, pipeline, queue_limit, pipeline_limit } = row
  const limits: JobLimit[] = []
  if (pipeline_limit !== null) limits.push({ key: limitKey('pipeline', pipeline), limit: pipeline_limit, pipeline })
  if (queue_limit !== null) limits.push({ key: limitKey('queue', queue), limit: queue_limit, pipeline: null })
  return new BuildGates(client, live, limits)
}

/** The gates of one build's jobs, within a transaction that has locked its row. */
export class BuildGates {
  readonly #client: pg.ClientBase
  readonly #live: LiveBuild
  readonly #limits: ReadonlyMap<string, JobLimit>

  constructor(client: pg.ClientBase, live: LiveBuild, limits: readonly JobLimit[]) {
    this.#client = client
    this.#live = live
    this.#limits = new Map(limits.map((limit) => [limit.key, limit]))
  }

  /** Returns the keys of the gates that these jobs must pass, groups first. */
  of(jobs: readonly Job[]): ReadonlySet<string> {
    const { header, steps } = this.#live
    const keys = new Set<string>()
    for (const { step } of jobs) {
      const plan = step === null ? undefined : steps[step]
      const group = plan && groupOf(header, plan)
      if (group) keys.add(group.key)
    }
    if (jobs.length > 0) for (const key of this.#limits.keys()) keys.add(key)
    return keys
  }

  /**
   * Locks these gates until the transaction ends: all in one statement, in an order common to all
   * transactions.
   */
  async lock(keys: ReadonlySet<string>): Promise<void> {
    await this.#client.query({
      name: 'engine-lock-gates',
      text: `select pg_advisory_xact_lock(${lockKind}, lock)
        from (select distinct hashtext(key) & ${locks - 1} as lock from unnest($1::text[]) key order by 1) locks`,
      values: [[...keys]],
    })
  }

  async read(keys: ReadonlySet<string>, now: Instant): Promise<ReadonlyMap<string, Gate>> {
    const { rows } = await this.#client.query<Gate & { readonly key: string }>({
      name: 'engine-read-gates',
      text: readText,
      values: [...this.#values(keys, now), this.#live.header.id],
    })
    // A job may have ended in this transaction.
    const mayGo = (id: string) => isLeasable(this.#live, id, now)
    return new Map(rows.map(({ key, turn, ...gate }) => [key, { ...gate, turn: turn?.filter(mayGo) ?? null }]))
  }

  /** Hides the refused jobs, and others like them, from the search for work. */
  async park({ refused, full }: Admission, locked: ReadonlySet<string>, now: Instant): Promise<void> {
    const { queue, pipeline } = this.#live.header
    const [pipelineKey, queueKey] = [limitKey('pipeline', pipeline), limitKey('queue', queue)]
    await this.#client.query({
      name: 'engine-park',
      text: parkText,
      values: [
        [...refused.keys()],
        [...refused.values()],
        [...full].filter((key) => !this.#limits.has(key)),
        full.has(pipelineKey) ? pipeline : null,
        pipelineKey,
        full.has(queueKey) ? queueKey : null,
        queue,
        time(now),
        [...locked].filter((key) => !this.#limits.has(key)),
        pipeline,
      ],
    })
  }

  /**
   * Makes the jobs whose turn it is visible to the search, and wakes the runners that look for
   * work.
   */
  async open(keys: ReadonlySet<string>, now: Instant): Promise<void> {
    await this.#client.query({ name: 'engine-open-gates', text: openText, values: this.#values(keys, now) })
  }

  #values(keys: ReadonlySet<string>, now: Instant): unknown[] {
    const limits = [...this.#limits].filter(([key]) => keys.has(key))
    return [
      [...keys].filter((key) => !this.#limits.has(key)),
      time(now),
      limits.map(([key]) => key),
      limits.map(([, { limit }]) => limit),
      limits.map(([, { pipeline }]) => pipeline),
      this.#live.header.queue,
    ]
  }
}

// Steps from gate to gate on the index. Opens only one waiting job, because the attempt to lease it
// checks all that wait at the gate.
export const reopenText = `with recursive gates as (
    (select gate, queue, 1 as turn from engine.ready where gate is not null order by gate limit 1)
    union all
    select n.gate, n.queue, g.turn + 1 from gates g cross join lateral (
      select gate, queue from engine.ready where gate > g.gate order by gate limit 1) n where g.turn < 1000),
  rooms as (
    select g.gate, case g.gate::json ->> 0
      when 'group' then
        least((select min(group_limit) from engine.ready where group_key = g.gate), (select min(group_limit) from engine.leases where group_key = g.gate))
        - (select count(*) from engine.leases where group_key = g.gate)
      when 'queue' then (select jobs from engine.limits where kind = 'queue' and id = g.gate::json ->> 1)
        - (select count(*) from engine.leases where queue = g.gate::json ->> 1)
      else (select jobs from engine.limits where kind = 'pipeline' and id = g.gate::json ->> 1)
        - (select count(*) from engine.leases l where l.queue = g.queue and l.pipeline = g.gate::json ->> 1) end as room
    from gates g),
  forgotten as (
    select w.job_id from rooms cross join lateral (
      select job_id from engine.ready where gate = rooms.gate order by ready_at, seq limit 1 for update skip locked) w where rooms.room > 0),
  opened as (update engine.ready set gate = null from forgotten where engine.ready.job_id = forgotten.job_id returning 1)
  select pg_notify('${changesChannel}', '${everybodyLooks}') from opened limit 1`

/** Opens gates with room that a process of an earlier release has left closed. */
export async function reopenGates(pool: pg.Pool): Promise<void> {
  await pool.query({ name: 'engine-reopen-gates', text: reopenText })
}
