import type { Chunk } from '@harmont/logs'
import type pg from 'pg'
import type { CacheLookUp } from '../cache-look-up.ts'
import { type ChangedBuild, LocalChangeFeed } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import type { BuildEvent, Effect, Instant, Job } from '../core/model.ts'
import type { LeaseRef } from '../port.ts'
import { remarkLine } from '../remark-line.ts'
import type { Applied, BuildContext, BuildStore, Lease, LiveSnapshots, Watch } from '../store.ts'
import { type StoreSettings, storeSettings } from '../store-settings.ts'
import type { Wait } from '../wait.ts'
import { BuildTurns, type Loaded } from './build-turns.ts'
import type { Answer, Ask, Outbox } from './build-work.ts'
import { noteLookUp } from './cache-look-ups.ts'
import { Groups } from './groups.ts'
import { type Candidate, FairScan } from './lease-jobs.ts'
import { findLimits, type Limited, type RunningLimit, setLimit } from './limits.ts'
import { logSize, readChunks, readShortLogs } from './log-reader.ts'
import { LogWriter } from './log-writer.ts'
import { type Hears, Notifier } from './notifier.ts'
import { findOverdue } from './overdue.ts'
import { findPlaceWait } from './place-wait.ts'
import { storePool } from './pool.ts'
import { reopenGates } from './reopen-gates.ts'
import {
  type JobRow,
  jobColumns,
  jobFromRow,
  type LeaseRow,
  leaseColumns,
  leaseFromRow,
  storable,
  time,
} from './rows.ts'
import { liveSnapshots } from './snapshots.ts'
import { findStanding, watch } from './standing.ts'
import { submitBuild } from './submit-build.ts'
import { findWaits } from './waits.ts'

export interface PostgresStoreOptions extends Partial<StoreSettings> {
  /** Called in each transaction in which the state of a build changes or a job ends. */
  readonly outbox?: Outbox
  /** Hears of trouble that only costs time: by default a warning of the process. */
  readonly warn?: (error: unknown) => void
  /** Channels of the owner's own, heard on the connection that listens anyway. */
  readonly hears?: Hears
}

/** Builds in PostgreSQL, in the schema `engine` (`engineMigrations`). Any number of processes may share it. A lost connection rejects the call. */
export class PostgresStore implements BuildStore {
  readonly changes = new LocalChangeFeed()
  readonly #pool: pg.Pool
  readonly now: () => Instant
  readonly #settings: StoreSettings
  readonly #turns: BuildTurns
  readonly #groups: Groups
  readonly #scan: FairScan
  readonly #logs: LogWriter
  readonly #notifier: Notifier
  /** Jobs that a call of this process is about to lease: another call looks further. */
  readonly #claimed = new Set<string>()

  private constructor(config: pg.PoolConfig, { outbox, warn = warnProcess, hears, ...settings }: PostgresStoreOptions) {
    const pool = storePool(config, warn)
    this.#pool = pool
    this.#settings = storeSettings(settings)
    this.now = this.#settings.now
    this.#turns = new BuildTurns(pool, this.#settings, outbox ?? null)
    this.#scan = new FairScan(pool)
    this.#notifier = new Notifier(pool, this.changes, warn, hears)
    const tell = (build: ChangedBuild, effects: readonly Effect[]) => this.#announce(build, effects)
    this.#groups = new Groups({ pool, settings: this.#settings, outbox: outbox ?? null, warn, tell })
    this.#logs = new LogWriter(pool, (jobId) => {
      this.changes.job(jobId)
      this.#notifier.job(jobId)
    })
  }

  /** Opens the store with connections of its own; one of them listens. */
  static async open(config: pg.PoolConfig, options: PostgresStoreOptions = {}): Promise<PostgresStore> {
    const store = new PostgresStore(config, options)
    await store.#notifier.listen()
    return store
  }

  /** Writes a new build within the client's open transaction. Once that is committed, `submitted` is to be called. */
  submit(client: pg.ClientBase, created: Created, context: BuildContext): Promise<void> {
    return submitBuild(client, created, context)
  }

  /** Makes a committed build known to those who wait for work; resolves when it has the place in its group that it can have. */
  submitted(build: ChangedBuild, effects: readonly Effect[]): Promise<void> {
    return this.#tell(build, effects)
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

  async apply(buildId: string, events: readonly BuildEvent[]): Promise<Applied | undefined> {
    if (events.some(({ type }) => type === 'leased')) {
      throw new TypeError('expected an event, got a lease: lease() gives leases')
    }
    return (await this.#work(buildId, { events, lease: null }, true))?.applied
  }

  async lease(runner: string, slots: number, now: Instant): Promise<readonly Lease[]> {
    const leases: Lease[] = []
    const busy = new Set<string>()
    // A round is fruitless when others were faster each time; after some the next call is as good.
    for (let fruitless = 0; leases.length < slots && fruitless < 10; ) {
      const candidates = await this.#scan.find(slots - leases.length, now, { jobs: this.#claimed, builds: busy })
      // Everything ready belongs to builds that others are changing just now: better to wait a moment than to say that there is nothing.
      const wait = candidates.length === 0 && busy.size > 0 && leases.length === 0
      if (candidates.length === 0 && !wait) break
      if (wait) busy.clear()
      const asked = wait ? await this.#scan.find(slots, now, { jobs: this.#claimed, builds: busy }) : candidates
      if (asked.length === 0) break
      const { given, parked } = await this.#leaseAll(runner, asked, now, busy, wait)
      leases.push(...given)
      fruitless = given.length > 0 || parked ? 0 : fruitless + 1
    }
    return leases
  }

  async waits(buildId: string, now: Instant = this.now()): Promise<ReadonlyMap<string, Wait>> {
    const loaded = await this.load(buildId)
    return loaded ? findWaits(this.#pool, loaded.build, now) : new Map()
  }

  /** Why the whole build waits for a place in its group, null when it does not. Nothing of such a build is ready. */
  placeWait(buildId: string): Promise<Wait | null> {
    return findPlaceWait(this.#pool, buildId)
  }

  /** How many jobs of a queue or a pipeline may run at once from now on; null for any number. Those that run already are left alone. */
  async setLimit(of: Limited, limit: number | null): Promise<void> {
    await setLimit(this.#pool, of, limit)
  }

  /** The limits of these, of those that have one. */
  limits(of: readonly Limited[]): Promise<readonly RunningLimit[]> {
    return findLimits(this.#pool, of)
  }

  async leasesOf(runner: string): Promise<readonly Lease[]> {
    const { rows } = await this.#pool.query<LeaseRow>({
      name: 'engine-leases-of',
      text: `select ${leaseColumns} from engine.leases where runner = $1 order by job_id`,
      values: [runner],
    })
    return rows.map(leaseFromRow)
  }

  async renew(runner: string, now: Instant): Promise<readonly Lease[]> {
    const { rows } = await this.#pool.query<LeaseRow>({
      name: 'engine-renew',
      text: `with own as (select job_id from engine.leases where runner = $1 order by job_id for update)
        update engine.leases l set expires_at = case when started then $2::timestamptz else $3::timestamptz end from own
        where l.job_id = own.job_id returning ${leaseColumns.replace('job_id', 'l.job_id')}`,
      values: [runner, time(now + this.#settings.leaseMs), time(now + this.#settings.startLeaseMs)],
    })
    return rows.map(leaseFromRow)
  }

  append(lease: LeaseRef, chunks: readonly Chunk[], spoolPosition: string): Promise<boolean> {
    return this.#logs.append(lease, chunks, spoolPosition)
  }

  noteLookUp(lease: { jobId: string; fence: number }, at: Instant, lookUp: CacheLookUp): Promise<boolean> {
    return noteLookUp(this.#pool, lease, at, lookUp)
  }

  async remark(jobId: string, text: string, at: Instant): Promise<void> {
    const { rowCount } = await this.#pool.query(
      `insert into engine.log_chunks (job_id, seq, kind, ts, content)
        select $1, coalesce((select max(seq) from engine.log_chunks where job_id = $1), 0) + 1, 2, $2, convert_to($3, 'UTF8')
        where not exists (select from engine.leases where job_id = $1)`,
      [jobId, BigInt(at) * 1_000_000n, storable(remarkLine(text))],
    )
    if (rowCount === 0) throw new Error(`job ${jobId} is leased: its runner writes its log`)
    this.changes.job(jobId)
    this.#notifier.job(jobId)
  }

  async dropLog(jobId: string, throughSeq: number): Promise<void> {
    await this.#pool.query('delete from engine.log_chunks where job_id = $1 and seq <= $2', [jobId, throughSeq])
  }

  overdue(now: Instant, limit: number): ReturnType<BuildStore['overdue']> {
    return findOverdue(this.#pool, now, limit)
  }

  watch(now: Instant): Promise<Watch> {
    return watch(this.#pool, now)
  }

  standing(since: Instant, isIdle: boolean, limit: number): Promise<readonly string[]> {
    return findStanding(this.#pool, since, isIdle, limit)
  }

  async settleGroups(): Promise<void> {
    await this.#groups.settleAll()
    await reopenGates(this.#pool)
  }

  async nextReadyAt(): Promise<Instant | null> {
    const { rows } = await this.#pool.query<{ next: Date | null }>({
      name: 'engine-next-ready',
      text: 'select min(not_before) as next from engine.ready where not_before is not null',
    })
    return rows[0]?.next?.getTime() ?? null
  }

  liveSnapshots(since: Instant): Promise<LiveSnapshots> {
    return liveSnapshots(this.#pool, since)
  }

  read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    return readChunks(this.#pool, jobId, after, maxBytes)
  }

  readShort(jobIds: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, readonly Chunk[]>> {
    return readShortLogs(this.#pool, jobIds, maxBytes)
  }

  size(jobId: string): ReturnType<BuildStore['size']> {
    return logSize(this.#pool, jobId)
  }

  /** Resolves when what was asked for is written and all connections are closed. */
  async close(): Promise<void> {
    await this.#logs.idle()
    await this.#groups.idle()
    await this.#notifier.close()
    await this.#pool.end()
  }

  async #leaseAll(
    runner: string,
    candidates: readonly Candidate[],
    now: Instant,
    busy: Set<string>,
    wait: boolean,
  ): Promise<{ readonly given: readonly Lease[]; readonly parked: boolean }> {
    for (const { jobId } of candidates) this.#claimed.add(jobId)
    try {
      const answers = await Promise.all(
        [...Map.groupBy(candidates, ({ buildId }) => buildId)].map(async ([buildId, own]) => {
          const jobs = own.map(({ jobId }) => jobId)
          const answer = await this.#work(buildId, { events: [], lease: { runner, jobs, now } }, wait)
          if (!answer) busy.add(buildId)
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

  async #work(buildId: string, ask: Ask, wait: boolean): Promise<Answer | undefined> {
    const reply = await this.#turns.work(buildId, ask, wait)
    if (reply === undefined || reply === 'busy') return undefined
    if (reply.applied.changed.length > 0 || reply.applied.effects.length > 0) {
      await this.#tell(reply.applied.build, reply.applied.effects)
    }
    return reply
  }

  /** What a change of a build asks of its group is done before the caller goes on. */
  async #tell(build: ChangedBuild, effects: readonly Effect[]): Promise<void> {
    this.#announce(build, effects)
    for (const effect of effects) if (effect.type === 'group_due') await this.#groups.settle(effect.key)
  }

  #announce(build: ChangedBuild, effects: readonly Effect[]): void {
    this.changes.tell(build, effects)
    this.#notifier.tell(build, effects)
  }
}

function warnProcess(error: unknown): void {
  process.emitWarning(`${error}`)
}
