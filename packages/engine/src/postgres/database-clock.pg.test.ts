import { bootTime, SteadyClock } from '@harmont/sandbox'
import { afterFile } from '@harmont/test-kit/file'
import pg from 'pg'
import { expect, test } from 'vitest'
import { DatabaseClock } from './database-clock.ts'
import { engineDatabase } from './engine-database.test-support.ts'

const hour = 3_600_000
/** Longer than any operation in this test, and far shorter than a step of the clock. */
const nearMs = hour / 4

/** Opens a database with a clock that the test sets. */
async function steppedDatabase() {
  const config = await engineDatabase()
  // Searched before `pg_catalog`, which contains the real function.
  const pool = new pg.Pool({ ...config, options: '-c search_path=stepped,pg_catalog' })
  afterFile(() => pool.end())
  await pool.query(`create schema stepped;
    create table stepped.step (by interval not null);
    insert into stepped.step values ('0');
    create function stepped.clock_timestamp() returns timestamptz language sql volatile
      as 'select pg_catalog.clock_timestamp() + by from stepped.step'`)
  const said: string[] = []
  const log = (_: unknown, message: string) => void said.push(message)
  return {
    pool,
    said,
    async step(hours: number) {
      await pool.query("update stepped.step set by = by + $1 * interval '1 hour'", [hours])
    },
    /** Returns a server on this machine. */
    async open() {
      const clock = new SteadyClock(bootTime, 0)
      return { clock, kept: await DatabaseClock.open(pool, clock, log) }
    },
    async beginBuild() {
      await pool.query(`insert into engine.builds (id, queue, state, cancel_requested, created_at, version)
        values (gen_random_uuid(), 'q', 'scheduled', false, now(), 1)`)
    },
    async endBuilds() {
      await pool.query('update engine.builds set finished_at = now()')
    },
    /** Adds a server on another machine, which works now or worked in the past. */
    async otherServer(aheadMs: number, ago = '0') {
      await pool.query(
        `insert into engine.clocks values ('another boot', 'another', 0, $1, clock_timestamp() - $2::interval)
          on conflict (boot_id) do update set ahead_of_database_ms = excluded.ahead_of_database_ms, told_at = excluded.told_at`,
        [aheadMs, ago],
      )
    },
  }
}

const offBy = (clock: SteadyClock) => clock.now() - Date.now()

test(`G64 a restarted server continues from its own time, even if the database's clock was set meanwhile`, async () => {
  const it = await steppedDatabase()
  const first = await it.open()
  expect(Math.abs(offBy(first.clock))).toBeLessThan(nearMs)
  for (const hours of [2, -5]) {
    await it.step(hours)
    const next = await it.open()
    expect(next.clock.at(0)).toBeCloseTo(first.clock.at(0), -2)
  }
})

test('G64 a wrong clock is steered, and jumps only after a while without builds in progress', async () => {
  const it = await steppedDatabase()
  const { clock, kept } = await it.open()
  await it.beginBuild()
  await it.step(-2)
  for (let told = 0; told < 10; told++) await kept.tell()
  expect(Math.abs(offBy(clock))).toBeLessThan(nearMs)
  expect(it.said).toEqual([expect.stringMatching(/^build time is 7\d\d\d\.\d s ahead of the database clock/)])
  await it.endBuilds()
  for (let told = 0; told < 3; told++) await kept.tell()
  expect(Math.abs(offBy(clock))).toBeLessThan(nearMs)
  await kept.tell()
  expect(Math.abs(offBy(clock) + 2 * hour)).toBeLessThan(nearMs)
  await kept.tell()
  expect((await it.open()).clock.at(0)).toBeCloseTo(clock.at(0), -2)
})

test('G64 servers of a fleet agree: a new one takes the time of the others, and none jumps while another works', async () => {
  const it = await steppedDatabase()
  await it.otherServer(3 * hour)
  const { clock, kept } = await it.open()
  expect(Math.abs(offBy(clock) - 3 * hour)).toBeLessThan(nearMs)
  for (let told = 0; told < 10; told++) {
    await it.otherServer(3 * hour)
    await kept.tell()
  }
  expect(Math.abs(offBy(clock) - 3 * hour)).toBeLessThan(nearMs)
  // Another server of this machine runs at the same time.
  const beside = await it.open()
  await it.otherServer(3 * hour, '1 day')
  for (let told = 0; told < 10; told++) {
    await beside.kept.tell()
    await kept.tell()
  }
  expect(Math.abs(offBy(clock) - 3 * hour)).toBeLessThan(nearMs)
})
