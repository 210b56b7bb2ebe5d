import type pg from 'pg'
import type { CacheLookUp } from '../cache-look-up.ts'
import type { BuildEvent, Instant } from '../core/model.ts'
import { everything } from '../core/placement/reach.ts'
import { noTraffic } from '../layers/layer.ts'
import { homeMs, type Lease, type LeaseStore, type NamedLeaseOf, renewalBreakMs } from '../store.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { BuildTurns } from './build-turns.ts'
import type { Company, PostgresRunners } from './runners.ts'
import { instant, isSameLease, storable, storableJson, time } from './values.ts'
import { type Candidate, FairScan, type Look } from './waiting/fair-scan.ts'
import { OncePerTurn } from './waiting/once-per-turn.ts'
import { SharedLooks, type Wish } from './waiting/shared-looks.ts'

/** Each part scans a small index. A job that is due to be killed is not reported lost as well. */
export const overdueText = `
  (select 'kill_overdue' as type, build_id, job_id, fence from engine.leases where kill_by <= $1 order by kill_by limit $2)
  union all
  (select 'lease_lost', build_id, job_id, fence from engine.leases
    where expires_at <= $1 and (kill_by is null or kill_by > $1) order by expires_at limit $2)
  union all
  (select 'job_deadline', build_id, job_id, fence from engine.leases
    where deadline_at <= $1 and expires_at > $1 order by deadline_at limit $2)
  union all
  (select 'build_deadline', id, null, null from engine.builds where deadline_at <= $1 order by deadline_at limit $2)
  limit $2`

const nextDelayed = '(select min(not_before) from engine.ready where not_before is not null)'
// Polls at most every quarter of a second, because all runners without a job query at that time.
const nextOpenText = `select least(${nextDelayed},
  (select greatest($1::timestamptz + interval '250 ms', open_at) from engine.ready where gate is null and open_at > $1 order by open_at limit 1),
  (select greatest($1::timestamptz + interval '250 ms', ready_at + interval '${homeMs} ms')
    from engine.ready where gate is null and files is not null and ready_at > $2 order by ready_at limit 1)) as next`

interface OverdueRow {
  readonly type: 'kill_overdue' | 'lease_lost' | 'job_deadline' | 'build_deadline'
  readonly build_id: string
  readonly job_id: string | null
  readonly fence: number | null
}

interface LeaseRow {
  readonly job_id: string
  readonly build_id: string
  readonly runner: string
  readonly fence: number
  readonly lease_id: string | null
  readonly expires_at: Date
  readonly started: boolean
  readonly last_seq: number
  /** A bigint as text: the position written by an earlier release. */
  readonly spool_offset: string
  readonly spool_position: string | null
  readonly stop: 'cancel' | 'timeout' | null
  readonly deadline_at: Date | null
}

const leaseColumns =
  'job_id, build_id, runner, fence, lease_id, expires_at, started, last_seq, spool_offset, spool_position, stop, deadline_at'

const renewal = 'expires_at = case when started then $2::timestamptz else $3::timestamptz end'

/**
 * Renews the leases of a runner that no change has locked, and returns the others. A statement that
 * held some locks while it waited for others could deadlock with a change that ends several leases.
 */
const renewText = `with free as (select job_id from engine.leases where runner = $1 for update skip locked),
  renewed as (update engine.leases l set ${renewal} from free where l.job_id = free.job_id returning l.*)
  select ${leaseColumns}, false as is_busy from renewed
  union all select ${leaseColumns}, true from engine.leases where runner = $1 and job_id not in (select job_id from free)`

/** Renews one lease after the change that has locked it. */
const renewOneText = `update engine.leases set ${renewal} where job_id = $4 and runner = $1 returning ${leaseColumns}`

interface PostgresLeasesOptions {
  readonly pool: pg.Pool
  readonly settings: StoreSettings
  readonly turns: BuildTurns
  readonly company: Company
  readonly runners: Pick<PostgresRunners, 'heard'>
}

export class PostgresLeases implements LeaseStore {
  readonly #runners: PostgresLeasesOptions['runners']
  readonly #pool: pg.Pool
  readonly #settings: StoreSettings
  readonly #turns: BuildTurns
  readonly #scan: FairScan
  readonly #company: Company
  readonly #looks: SharedLooks
  readonly #nextReady = new OncePerTurn<Instant | null>()
  /** Jobs that a call in this process is about to lease, so that other calls skip them. */
  readonly #claimed = new Set<string>()

  constructor({ pool, settings, turns, company, runners }: PostgresLeasesOptions) {
    this.#runners = runners
    this.#pool = pool
    this.#settings = settings
    this.#turns = turns
    this.#scan = new FairScan(pool, company)
    this.#company = company
    this.#looks = new SharedLooks(pool, (wish) => this.#take(wish))
  }

  take(
    runner: string,
    slots: number,
    now: Instant,
    reach = everything,
    traffic = noTraffic,
  ): Promise<readonly Lease[]> {
    const wish = { runner, reach, traffic, now, slots }
    return this.#company.hasOthers ? this.#looks.take(wish) : this.#take(wish)
  }

  async #take(wish: Wish): Promise<readonly Lease[]> {
    const { runner, slots, now } = wish
    const leases: Lease[] = []
    const busy = new Set<string>()
    const unfit = new Set<string>()
    const scan = (count: number) => this.#scan.find(count, wish, { jobs: this.#claimed, builds: busy, unfit })
    // A round is fruitless when other processes took every candidate. After ten such rounds, the
    // caller may as well call again.
    for (let fruitless = 0; leases.length < slots && fruitless < 10; ) {
      const candidates = await scan(slots - leases.length)
      // Other processes are changing all builds with ready jobs, so wait for one of them instead of
      // returning nothing.
      const wait = candidates.length === 0 && busy.size > 0 && leases.length === 0
      if (candidates.length === 0 && !wait) break
      if (wait) busy.clear()
      const asked = wait ? await scan(slots) : candidates
      if (asked.length === 0) break
      // This comes before the lease, because a scheduler may be about to declare a returning runner
      // gone.
      await this.#runners.heard(runner, now)
      const { given, parked } = await this.#takeAll(wish, asked, { busy, unfit }, wait)
      leases.push(...given)
      fruitless = given.length > 0 || parked ? 0 : fruitless + 1
    }
    return leases
  }

  async of(runner: string): Promise<readonly Lease[]> {
    const { rows } = await this.#pool.query<LeaseRow>({
      name: 'engine-leases-of',
      text: `select ${leaseColumns} from engine.leases where runner = $1 order by job_id`,
      values: [runner],
    })
    return rows.map(leaseFromRow)
  }

  async holder({ jobId, fence, leaseId = null }: NamedLeaseOf): ReturnType<LeaseStore['holder']> {
    const { rows } = await this.#pool.query<{ readonly runner: string | null; readonly build_id: string }>({
      name: 'engine-lease-holder',
      text: `select coalesce(l.runner, j.runner) as runner, j.build_id from engine.jobs j
        left join engine.leases l on l.job_id = j.id where j.id = $1 and j.fence = $2 and ${isSameLease('j.lease_id', '$3::uuid')}`,
      values: [jobId, fence, leaseId],
    })
    const [row] = rows
    return row === undefined || row.runner === null ? null : { runner: row.runner, buildId: row.build_id }
  }

  async renew(runner: string, now: Instant): Promise<readonly Lease[]> {
    const expiries = [time(now + this.#settings.leaseMs), time(now + this.#settings.startLeaseMs)]
    const { rows } = await this.#pool.query<LeaseRow & { readonly is_busy: boolean }>({
      name: 'engine-renew',
      text: renewText,
      values: [runner, ...expiries],
    })
    const renewed: LeaseRow[] = rows.filter((row) => !row.is_busy)
    for (const { job_id, is_busy } of rows) {
      if (!is_busy) continue
      const one = { name: 'engine-renew-one', text: renewOneText, values: [runner, ...expiries, job_id] }
      renewed.push(...(await this.#pool.query<LeaseRow>(one)).rows)
    }
    return renewed.map(leaseFromRow)
  }

  async noteLookUp(
    { jobId, fence, leaseId = null }: NamedLeaseOf,
    at: Instant,
    { place, places, key, inputs, hit, damaged }: CacheLookUp,
  ): Promise<boolean> {
    const { rowCount } = await this.#pool.query({
      name: 'engine-note-look-up',
      text: `insert into engine.cache_look_ups (job_id, at, place, places, key, inputs, hit, damaged)
        select job_id, $3, $4, $5::text[], $6, $7::json, $8::json, $9 from engine.leases
        where job_id = $1 and fence = $2 and ${isSameLease('lease_id', '$10::uuid')}
        on conflict (job_id) do update set at = excluded.at, place = excluded.place, places = excluded.places, key = excluded.key,
          inputs = excluded.inputs, hit = excluded.hit, damaged = excluded.damaged`,
      values: [
        ...[jobId, fence, time(at), storable(place), places.map(storable), key, storableJson(inputs)],
        ...[hit === null ? null : storableJson({ ...hit, createdAt: time(hit.createdAt) }), damaged, leaseId],
      ],
    })
    return rowCount === 1
  }

  async overdue(now: Instant, limit: number): ReturnType<LeaseStore['overdue']> {
    const { rows } = await this.#pool.query<OverdueRow>({
      name: 'engine-overdue',
      text: overdueText,
      values: [time(now), limit],
    })
    return rows.map((row) => ({ buildId: row.build_id, event: eventOf(row, now) }))
  }

  nextReadyAt(now?: Instant): Promise<Instant | null> {
    if (!this.#company.hasOthers) return this.#findNextReady(now)
    return this.#nextReady.ask(now === undefined ? 'delayed' : 'open', () => this.#findNextReady(now))
  }

  async #findNextReady(now: Instant | undefined): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ next: Date | null }>(
      now === undefined
        ? { name: 'engine-next-ready', text: `select ${nextDelayed} as next` }
        : { name: 'engine-next-open', text: nextOpenText, values: [time(now), time(now - homeMs)] },
    )
    return rows[0]?.next?.getTime() ?? null
  }

  async noteRenewable(now: Instant): Promise<void> {
    await this.#pool.query({
      name: 'engine-note-renewable',
      text: `insert into engine.renewals (since, seen_at) values ($1, $1)
        on conflict (id) do update set since = case when engine.renewals.seen_at <= $2 then excluded.since else engine.renewals.since end,
          seen_at = greatest(engine.renewals.seen_at, excluded.seen_at)`,
      values: [time(now), time(now - renewalBreakMs)],
    })
  }

  async renewableSince(now: Instant): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ since: Date }>({
      name: 'engine-renewable-since',
      text: 'select since from engine.renewals where seen_at > $1',
      values: [time(now - renewalBreakMs)],
    })
    return instant(rows[0]?.since ?? null)
  }

  async #takeAll(
    wish: Look,
    candidates: readonly Candidate[],
    { busy, unfit }: { readonly busy: Set<string>; readonly unfit: Set<string> },
    wait: boolean,
  ): Promise<{ readonly given: readonly Lease[]; readonly parked: boolean }> {
    for (const { jobId } of candidates) this.#claimed.add(jobId)
    try {
      const answers = await Promise.all(
        [...Map.groupBy(candidates, ({ buildId }) => buildId)].map(async ([buildId, own]) => {
          const jobs = own.map(({ jobId }) => jobId)
          const answer = await this.#turns.work(buildId, { events: [], lease: { ...wish, jobs } }, wait)
          if (!answer) busy.add(buildId)
          for (const job of answer?.unfit ?? []) unfit.add(job)
          return answer
        }),
      )
      return {
        given: answers.flatMap((answer) => answer?.leases ?? []),
        parked: answers.some((answer) => answer?.parked),
      }
    } finally {
      for (const { jobId } of candidates) this.#claimed.delete(jobId)
    }
  }
}

function leaseFromRow(row: LeaseRow): Lease {
  return {
    jobId: row.job_id,
    buildId: row.build_id,
    runner: row.runner,
    fence: row.fence,
    leaseId: row.lease_id,
    expiresAt: row.expires_at.getTime(),
    started: row.started,
    lastSeq: row.last_seq,
    spoolPosition: row.spool_position ?? earlierPosition(row.spool_offset),
    stop: row.stop,
    deadlineAt: instant(row.deadline_at),
  }
}

/**
 * Reads the single number that the first release stored: a record in all but the last 19 bits, and
 * an offset within it. The part up to that offset is read and shown again.
 */
function earlierPosition(spoolOffset: string): string {
  return (BigInt(spoolOffset) >> 19n).toString()
}

function eventOf({ type, job_id: job, fence }: OverdueRow, at: Instant): BuildEvent {
  if (type === 'build_deadline') return { type, at }
  if (job === null || fence === null) throw new Error(`expected a job for ${type}`)
  return type === 'lease_lost' ? { type, job, fence, at } : { type, job, at }
}
