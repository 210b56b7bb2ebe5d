/** Stores the clock of builds in the database, for restarts and for the fleet. */
import { randomUUID } from 'node:crypto'
import { bootId, bootTime, type SteadyClock } from '@harmont/sandbox'
import type pg from 'pg'
import type { Log } from '../log.ts'

const tellEveryMs = 10_000
/** Smaller errors are steered away and do not justify a jump. */
const jumpFromMs = 1_000
/** Number of consecutive wrong readings, while nothing is measured, after which a clock jumps. */
const calmTells = 4

const otherText = `boot_id <> $1 and told_at between clock_timestamp() - interval '1 minute' and clock_timestamp() + interval '1 minute'`

const findText = `select extract(epoch from clock_timestamp())::float8 * 1000 as database_ms,
  (select ahead_ms from engine.clocks where boot_id = $1) as own_ms,
  (select ahead_of_database_ms from engine.clocks where ${otherText} order by told_at desc limit 1) as fleet_ms`

const tellText = `with before as (select teller from engine.clocks where boot_id = $1),
  told as (select clock_timestamp() as at)
  insert into engine.clocks (boot_id, teller, ahead_ms, ahead_of_database_ms, told_at)
  select $1, $2, $3::float8, $4::float8 - extract(epoch from at)::float8 * 1000, at from told
  on conflict (boot_id) do update set teller = excluded.teller, ahead_ms = excluded.ahead_ms,
    ahead_of_database_ms = excluded.ahead_of_database_ms, told_at = excluded.told_at
  returning extract(epoch from told_at)::float8 * 1000 as database_ms,
    exists (select from before where teller <> $2) or exists (select from engine.clocks where ${otherText}) as has_others`

export class DatabaseClock {
  readonly #pool: pg.Pool
  readonly #clock: SteadyClock
  readonly #log: Log
  readonly #teller = randomUUID()
  #timer: NodeJS.Timeout | undefined
  #telling: Promise<void> | undefined
  #isWrong = false
  #calm = 0

  private constructor(pool: pg.Pool, clock: SteadyClock, log: Log) {
    this.#pool = pool
    this.#clock = clock
    this.#log = log
  }

  /** Sets the clock to the time stored in the database, and reports it. */
  static async open(pool: pg.Pool, clock: SteadyClock, log: Log): Promise<DatabaseClock> {
    const [row, bootMs, unsureMs] = await timed(() =>
      pool.query<{ database_ms: number; own_ms: number | null; fleet_ms: number | null }>(findText, [bootId]),
    )
    const wallMs = Date.now() - (bootTime() - bootMs)
    const { database_ms: databaseMs, own_ms: ownAheadMs, fleet_ms: fleetAheadMs } = row
    clock.set(startingPoint({ wallMs, bootMs, databaseMs, unsureMs, ownAheadMs, fleetAheadMs }))
    const opened = new DatabaseClock(pool, clock, log)
    await opened.tell()
    await pool.query("delete from engine.clocks where boot_id <> $1 and told_at < now() - interval '30 days'", [bootId])
    return opened
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#telling = this.tell()
        .catch((error: unknown) => this.#log('warn', 'could not send the time to the database', error))
        .then(() => this.start())
    }, tellEveryMs)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#telling
    clearTimeout(this.#timer)
  }

  /** Stores this server's starting point, and steers its clock to the database's time. */
  async tell(): Promise<void> {
    const sentAt = bootTime()
    const shown = this.#clock.at(sentAt)
    const [row, bootMs, unsureMs] = await timed(() =>
      this.#pool.query<{ database_ms: number; has_others: boolean }>(tellText, [
        bootId,
        this.#teller,
        shown - sentAt,
        shown,
      ]),
    )
    const error = errorOf(this.#clock.at(bootMs), row.database_ms, unsureMs)
    this.#clock.steer(error)
    const isWrong = Math.abs(error) >= jumpFromMs
    if (isWrong && !this.#isWrong) this.#log('warn', wrongSentence(error))
    this.#isWrong = isWrong
    this.#calm = isWrong && !row.has_others && (await this.#isIdle()) ? this.#calm + 1 : 0
    if (this.#calm < calmTells) return
    this.#calm = 0
    this.#clock.set(row.database_ms - bootMs)
    this.#log('info', 'no build is in progress: build time follows the database clock again')
  }

  /** Returns whether no build is in progress. */
  async #isIdle(): Promise<boolean> {
    const { rows } = await this.#pool.query<{ idle: boolean }>(
      'select not exists (select from engine.builds where finished_at is null) as idle',
    )
    return rows[0]?.idle === true
  }
}

/** Returns a row, the boot clock at the middle of the call, and half of the call's duration. */
async function timed<T extends pg.QueryResultRow>(
  ask: () => Promise<pg.QueryResult<T>>,
): Promise<readonly [T, number, number]> {
  const before = bootTime()
  const { rows } = await ask()
  const after = bootTime()
  const [row] = rows
  if (row === undefined) throw new Error('the database returned no time')
  return [row, (before + after) / 2, (after - before) / 2]
}

function wrongSentence(error: number): string {
  const by = `${(Math.abs(error) / 1000).toFixed(1)} s ${error > 0 ? 'behind' : 'ahead of'}`
  return `build time is ${by} the database clock (was a clock changed?): it converges slowly, or immediately when no build is in progress`
}

/** Times that a starting server finds, all in milliseconds. */
interface FoundTime {
  readonly wallMs: number
  readonly bootMs: number
  /**
   * Time of the database when the boot clock showed `bootMs`, with an error of at most `unsureMs`.
   */
  readonly databaseMs: number
  readonly unsureMs: number
  /** Starting point of an earlier server of this boot; null if there is none. */
  readonly ownAheadMs: number | null
  /** Lead of the other working servers over the database's clock; null if there are none. */
  readonly fleetAheadMs: number | null
}

/**
 * Returns the time at which a server's boot clock was zero. The result agrees with the other
 * working servers or, if there are none, with an earlier server on this machine, even if a clock
 * was set meanwhile. Otherwise it follows the database's time.
 */
export function startingPoint(found: FoundTime): number {
  const { wallMs, bootMs, databaseMs, unsureMs, ownAheadMs, fleetAheadMs } = found
  if (fleetAheadMs === null && ownAheadMs !== null) return ownAheadMs
  const at = databaseMs + (fleetAheadMs ?? 0)
  // This machine's own clock can be read more precisely than the database's.
  return (Math.abs(wallMs - at) <= unsureMs ? wallMs : at) - bootMs
}

/**
 * Returns the certain part of a clock's error when it should show `right`, known to within
 * `unsureMs`.
 */
export function errorOf(shown: number, right: number, unsureMs: number): number {
  const error = right - shown
  return Math.sign(error) * Math.max(0, Math.abs(error) - unsureMs)
}
