import type pg from 'pg'
import { type Group, groupOf, limitKey } from '../../core/gates.ts'
import type { Build, Instant, Job } from '../../core/model.ts'
import type { Wait } from '../../wait.ts'
import { time } from '../values.ts'
import { findLimits } from './limits.ts'

// SQL of the order of the jobs that wait at each gate. $1: groups; $2: now; $3: queue; $4: its
// pipeline; $5 and $6: keys of their limits, if any. Jobs that wait at another
// gate at that time do not count.
export const ranksText = `with waiting as (
    select g.key, w.job_id, row_number() over (partition by g.key order by w.build_at, w.build_id, w.step) as rank
    from unnest($1::text[]) as g(key) join engine.ready w on w.group_key = g.key and (w.gate is null or w.gate = w.group_key)
    where w.ready_at <= $2 or w.gate is not null
    union all
    select w.key, w.job_id, row_number() over (partition by w.key order by w.ready_at, w.seq) from (
      select k.key, r.job_id, r.ready_at, r.seq from unnest(array[$5::text, $6::text], array[null::text, $4]) as k(key, pipeline)
        join engine.ready r on r.queue = $3 and r.gate is null and r.ready_at <= $2 and r.pipeline = coalesce(k.pipeline, r.pipeline)
      where k.key is not null
      union all
      select r.gate, r.job_id, r.ready_at, r.seq from engine.ready r where r.gate in ($5::text, $6::text)) w)
  select key, job_id, rank::int from waiting where job_id = any($7::uuid[])`

const shownHolders = 5

// SQL of the jobs that have passed each gate, and of the lowest valid limit of a group.
export const holdersText = `select g.key, count(l.job_id)::int as running,
    coalesce(json_agg(json_build_object('jobId', l.job_id, 'buildId', l.build_id) order by j.assigned_at, l.job_id)
      filter (where l.job_id is not null), '[]') as holders,
    least(min(l.group_limit), (select min(w.group_limit) from engine.ready w where w.group_key = g.key)) as lowest
    from unnest($1::text[]) as g(key) left join engine.leases l on l.group_key = g.key left join engine.jobs j on j.id = l.job_id group by g.key
  union all
  select k.key, count(l.job_id)::int, coalesce(json_agg(json_build_object('jobId', l.job_id, 'buildId', l.build_id) order by j.assigned_at, l.job_id)
      filter (where l.job_id is not null), '[]'), null
    from unnest(array[$4::text, $5::text], array[null::text, $3]) as k(key, pipeline)
    left join engine.leases l on l.queue = $2 and l.pipeline = coalesce(k.pipeline, l.pipeline) left join engine.jobs j on j.id = l.job_id
    where k.key is not null group by k.key`

interface Facts {
  readonly key: string
  readonly running: number
  readonly holders: Wait['holders']
  readonly lowest: number | null
}

/** Implements `BuildStore.waits`. */
export async function findWaits(
  pool: pg.Pool,
  build: Pick<Build, 'queue' | 'pipeline' | 'steps' | 'jobs' | 'render'>,
  now: Instant,
): Promise<ReadonlyMap<string, Wait>> {
  const { queue, pipeline, steps, render } = build
  const all = render === null ? build.jobs : [...build.jobs, render]
  const ready = all.filter(({ state, notBefore }) => state === 'scheduled' && (notBefore === null || notBefore <= now))
  if (ready.length === 0) return new Map()
  const limits = await findLimits(pool, [
    { kind: 'queue', id: queue },
    { kind: 'pipeline', id: pipeline },
  ])
  const groups = new Map(ready.flatMap((job) => groupEntry(build, steps, job)))
  if (limits.length + groups.size === 0) return new Map()
  const limitOf = new Map(limits.map(({ kind, id, limit }) => [limitKey(kind, id), { kind, limit }]))
  const keys = [limitKey('queue', queue), limitKey('pipeline', pipeline)].map((key) => (limitOf.has(key) ? key : null))
  const groupKeys = [...new Set([...groups.values()].map(({ key }) => key))]
  const ids = ready.map(({ id }) => id)
  const ranks = await pool.query<{ key: string; job_id: string; rank: number }>({
    name: 'engine-wait-ranks',
    text: ranksText,
    values: [groupKeys, time(now), queue, pipeline, ...keys, ids],
  })
  const facts = await pool.query<Facts>({
    name: 'engine-wait-holders',
    text: holdersText,
    values: [groupKeys, queue, pipeline, ...keys],
  })
  const factsOf = new Map(facts.rows.map((row) => [row.key, row]))
  const rankOf = new Map(ranks.rows.map((row) => [`${row.job_id} ${row.key}`, row.rank]))
  const waits = new Map<string, Wait>()
  for (const id of ids) {
    const group = groups.get(id)
    // Gates in the order in which a job meets them; the job waits at the first one that it does not
    // pass.
    const own: readonly (readonly [string, Pick<Wait, 'reason' | 'group'>, number | null])[] = [
      ...(group ? [[group.key, { reason: 'concurrency_group', group: group.name }, null] as const] : []),
      ...limitEntry(limitOf, limitKey('pipeline', pipeline), 'pipeline_limit'),
      ...limitEntry(limitOf, limitKey('queue', queue), 'organization_limit'),
    ]
    for (const [key, what, fixed] of own) {
      const { running = 0, holders = [], lowest = null } = factsOf.get(key) ?? {}
      const limit = fixed ?? lowest ?? group?.limit ?? 1
      const ahead = (rankOf.get(`${id} ${key}`) ?? 0) - 1 - Math.max(0, limit - running)
      if (ahead < 0) continue
      waits.set(id, { ...what, limit, running, ahead, holders: holders.slice(0, shownHolders) })
      break
    }
  }
  return waits
}

function groupEntry(
  build: Pick<Build, 'queue' | 'pipeline'>,
  steps: Build['steps'],
  { id, step }: Job,
): readonly (readonly [string, Group])[] {
  const plan = step === null ? undefined : steps[step]
  const group = plan && groupOf(build, plan)
  return group ? [[id, group]] : []
}

function limitEntry(
  limits: ReadonlyMap<string, { readonly limit: number }>,
  key: string,
  reason: 'pipeline_limit' | 'organization_limit',
): readonly (readonly [string, Pick<Wait, 'reason' | 'group'>, number])[] {
  const found = limits.get(key)
  return found ? [[key, { reason, group: null }, found.limit]] : []
}

interface PlaceRow {
  group_name: string
  lowest: number
  running: number
  ahead: number
  holders: string[]
}

export const placeWaitText = `with own as (
    select id, group_key, group_name, group_turn from engine.builds
    where id = $1 and awaits_place and not held and group_key is not null and finished_at is null)
  select own.group_name, min(b.group_limit) as lowest, (count(*) filter (where not b.awaits_place))::int as running,
    (count(*) filter (where b.awaits_place and (b.group_turn, b.id) < (own.group_turn, own.id)))::int as ahead,
    coalesce((array_agg(b.id order by b.group_turn, b.id) filter (where not b.awaits_place))[1:$2], '{}') as holders
  from own join engine.builds b on b.group_key = own.group_key and b.finished_at is null and not b.held
  group by own.group_name`

/** Returns the wait of a whole build for a place in its group; null if it does not wait. */
export async function findPlaceWait(pool: pg.Pool, buildId: string): Promise<Wait | null> {
  const { rows } = await pool.query<PlaceRow>({
    name: 'engine-place-wait',
    text: placeWaitText,
    values: [buildId, shownHolders],
  })
  const [row] = rows
  if (row === undefined) return null
  const { group_name: group, lowest: limit, running, ahead } = row
  const holders = row.holders.map((holder) => ({ jobId: null, buildId: holder }))
  return { reason: 'concurrency_group', group, limit, running, ahead, holders }
}
