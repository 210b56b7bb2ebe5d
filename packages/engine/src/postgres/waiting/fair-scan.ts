import type pg from 'pg'
import type { Instant } from '../../core/model.ts'
import type { Taker } from '../../core/placement/placement.ts'
import { fairTurns } from '../../fair-turns.ts'
import type { Company } from '../runners.ts'
import { time } from '../values.ts'
import { isTaking, reachValues, withinOwnReach, withinReach } from './reach-text.ts'

export interface Candidate {
  readonly jobId: string
  readonly buildId: string
  readonly queue: string
}

export interface Look extends Taker {
  readonly now: Instant
}

/** Jobs and builds that a search for ready jobs skips. */
export interface Skipped {
  /** Jobs that other searches are about to lease. */
  readonly jobs: ReadonlySet<string>
  readonly builds: ReadonlySet<string>
  /** Jobs that the runner may not take. */
  readonly unfit: ReadonlySet<string>
}

/**
 * Number of newest fetched snapshots whose files count as local to a runner, like those that it
 * made.
 */
const mostPlaces = 100
const isReady = 'r.gate is null and r.ready_at <= $2 and r.job_id <> all($4::uuid[]) and r.build_id <> all($5::uuid[])'
const isFree = `${isReady} and ${withinReach('r', 6)}`

/** Maximum number of queues that one query looks at. */
const mostQueues = 200

// Steps through the queues on the index and takes the oldest jobs of each, so the cost grows with
// the slots and not with the waiting jobs. A runner with queues of its own looks at these alone,
// because they may come after many others.
const queuesText = `with recursive walked as (
    (select queue, 1 as turn from engine.ready
      where $9::text[] is null and gate is null and queue > $1::text collate "C" order by queue limit 1)
    union all
    select (select r.queue from engine.ready r where r.gate is null and r.queue > q.queue order by r.queue limit 1), q.turn + 1
    from walked q where q.queue is not null and q.turn < ${mostQueues}),
  queues as (
    select queue from walked
    union all
    (select queue from unnest($9::text[]) as queue where queue > $1::text collate "C" order by queue collate "C" limit ${mostQueues}))`

// A row without a job names the last queue, if more queues may follow.
const queuesEnd = `where q.queue is not null and ${isTaking(6)}
  union all
  select null, null, max(queue collate "C") from queues where ${isTaking(6)} having count(queue) = ${mostQueues}`

const oldestFirst = (condition: string) => `${queuesText}
  select c.job_id, c.build_id, q.queue from queues q cross join lateral (
    select r.job_id, r.build_id from engine.ready r where r.queue = q.queue and ${condition} order by r.ready_at, r.seq limit $3) c
  ${queuesEnd}`

/** For a single runner: the oldest jobs first. */
export const candidatesText = oldestFirst(isFree)
/** Like `candidatesText`, for a runner that exchanges no files. */
const ownCandidatesText = oldestFirst(`${isReady} and ${withinOwnReach('r', 6)}`)

/**
 * With other runners, jobs that have been ready for 10 s come first, the oldest of them at the
 * front. So homes of files never make another job wait longer. Jobs whose files are local come
 * next, then all others.
 */
export const sharedCandidatesText = `${queuesText},
  placed as (
    select r.* from (select snapshot from engine.layer_places where runner = $6 order by placed_at desc limit ${mostPlaces}) p cross join lateral (
      select r.job_id, r.build_id, r.queue, r.ready_at, r.seq from engine.ready r
      where r.files is not null and r.files[1] = p.snapshot and ${isFree} order by r.ready_at, r.seq limit $3) r)
  select c.job_id, c.build_id, q.queue from queues q cross join lateral (
    select job_id, build_id from (
      (select r.job_id, r.build_id, r.ready_at, r.seq, 0 as rank
        from engine.ready r where r.queue = q.queue and r.ready_at <= $2::timestamptz - interval '10 s' and ${isFree} order by r.ready_at, r.seq limit $3)
      union all
      (select r.job_id, r.build_id, r.ready_at, r.seq, 2
        from engine.ready r where r.queue = q.queue and coalesce(r.open_at, r.ready_at) <= $2 and ${isFree} order by coalesce(r.open_at, r.ready_at), r.seq limit $3)
      union all
      (select r.job_id, r.build_id, r.ready_at, r.seq, 1
        from engine.ready r where r.queue = q.queue and r.holders is not null and r.holders[1] = $6 and ${isFree} order by r.ready_at, r.seq limit $3)
      union all
      select job_id, build_id, ready_at, seq, 1 from placed where placed.queue = q.queue) found
    group by job_id, build_id, ready_at, seq order by min(rank), ready_at, seq limit $3) c
  ${queuesEnd}`

/** A job, or the last of the queues that the query has looked at. */
interface Found {
  readonly job_id: string | null
  readonly build_id: string | null
  readonly queue: string
}

const own = { name: 'engine-own-candidates', text: ownCandidatesText }
const alone = { name: 'engine-candidates', text: candidatesText }
const shared = { name: 'engine-shared-candidates', text: sharedCandidatesText }

/** Finds jobs to lease, in fair turns between queues, and remembers whose turn is next. */
export class FairScan {
  readonly #pool: pg.Pool
  readonly #company: Company
  #last = ''

  constructor(pool: pg.Pool, company: Company) {
    this.#pool = pool
    this.#company = company
  }

  /** Finds up to `slots` ready jobs without locking them, so they may be gone soon. */
  async find(slots: number, look: Look, skipped: Skipped): Promise<readonly Candidate[]> {
    const found = await this.#scan(this.#last, slots, look, skipped)
    // One job of each queue comes before a second one of any. If too few queues are left in this
    // turn, the next turn begins.
    if (this.#last !== '' && new Set(found.map(({ queue }) => queue)).size < slots) {
      const known = new Set(found.map(({ jobId }) => jobId))
      found.push(...(await this.#scan('', slots, look, skipped)).filter(({ jobId }) => !known.has(jobId)))
    }
    const free = found.filter(({ jobId }) => !skipped.jobs.has(jobId))
    // Other searches have claimed some of the jobs, so there may be more behind them.
    if (free.length < found.length && free.length < slots) return this.find(slots, look, skipped)
    const taken = fairTurns(free, this.#last === '' ? null : this.#last, slots)
    // A single queue needs no turns, and one search is enough.
    this.#last = free.some(({ queue }) => queue !== free[0]?.queue) ? (taken.at(-1)?.queue ?? '') : ''
    return taken
  }

  /**
   * Returns up to `slots` jobs of each of the next queues. Continues until it has found a job,
   * because the runner may be unable to take any job of many queues.
   */
  async #scan(after: string, slots: number, look: Look, { jobs, builds, unfit }: Skipped): Promise<Candidate[]> {
    const isOwn = !this.#company.hasOthers && look.traffic.forms.length === 0
    const values = isOwn ? reachValues(look).slice(0, -2) : reachValues(look)
    for (let from: string | undefined = after; from !== undefined; ) {
      const { rows }: pg.QueryResult<Found> = await this.#pool.query<Found>({
        ...(isOwn ? own : this.#company.hasOthers ? shared : alone),
        values: [from, time(look.now), slots, [...jobs, ...unfit], [...builds], ...values],
      })
      const found = rows.flatMap(({ job_id: jobId, build_id: buildId, queue }) =>
        jobId === null || buildId === null ? [] : { jobId, buildId, queue },
      )
      if (found.length > 0) return found
      from = rows[0]?.queue
    }
    return []
  }
}
