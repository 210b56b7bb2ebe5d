import { until } from '@harmont/test-kit/until'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../../testing/database.ts'
import { migrateWorker, releasedOnce, superviseWorker } from './supervise-worker.ts'

test.each(['succeeds', 'fails'])(
  'G02 a task that %s while its end cannot be recorded harms neither the process nor later work',
  async (how) => {
    const pool = await freshDatabase()
    const said: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) })
    await migrateWorker(pool, log)
    const done: string[] = []
    const work = await superviseWorker({
      pool,
      log,
      crontab: '',
      taskList: {
        cut_off: async () => {
          done.push('cut off')
          if (done.length > 1) return
          await pool.query('alter table graphile_worker._private_jobs rename to away')
          if (how === 'fails') throw new Error('the database is away')
        },
        next: async () => {
          done.push('next')
        },
      },
    })
    onTestFinished(() => work.stop())
    await pool.query("select graphile_worker.add_job('cut_off')")
    await expect.poll(() => done).toEqual(['cut off'])
    const isAway = async () =>
      (await pool.query("select 1 from pg_tables where schemaname = 'graphile_worker' and tablename = 'away'"))
        .rowCount === 1
    await expect.poll(isAway).toBe(true)
    // The database refused to record the end.
    await expect.poll(() => said.join('')).toContain('background work stopped')
    await pool.query('alter table graphile_worker.away rename to _private_jobs')
    await pool.query("select graphile_worker.add_job('next')")
    await expect.poll(() => done.toSorted()).toEqual(['cut off', 'cut off', 'next'])
  },
)

test('G02 two tasks whose ends cannot be recorded while a third one runs affect neither later work nor the stop', async () => {
  const pool = await freshDatabase()
  const said: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) })
  await migrateWorker(pool, log)
  const untilTold = (what: string, times: number) =>
    until(() => said.filter((line) => line.includes(`Failed to ${what} jobs`)).length === times)
  let begun = 0
  let ended = 0
  const gone = Promise.withResolvers<void>()
  const cut_off = async () => {
    begun += 1
    const turn = begun
    if (turn === 3) gone.resolve(pool.query('alter table graphile_worker._private_jobs rename to away').then(() => {}))
    await gone.promise
    if (turn === 2) await untilTold('fail', 1)
    if (turn === 3) await untilTold('fail', 2)
    if (turn < 3) throw new Error('the database is away')
    ended += 1
  }
  const work = await superviseWorker({ pool, log, crontab: '', recordingMs: 100, taskList: { cut_off } })
  await pool.query("select graphile_worker.add_job('cut_off') from generate_series(1, 3)")
  await untilTold('complete', 1)
  await pool.query('alter table graphile_worker.away rename to _private_jobs')
  await until(() => ended === 4)
  await work.stop()
})

test('G02 a worker finds work after its first poll failed', async () => {
  const pool = await freshDatabase()
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void said.push(line) })
  await migrateWorker(pool, log)
  const tasks = 'graphile_worker._private_tasks'
  await pool.query(`alter table ${tasks} rename to away`)
  const done: string[] = []
  const taskList = { late: async () => void done.push('late') }
  const work = await superviseWorker({ pool, log, crontab: '', recordingMs: 100, taskList })
  onTestFinished(() => work.stop())
  await expect.poll(() => said.join('')).toContain('Failed to acquire job')
  await pool.query('alter table graphile_worker.away rename to _private_tasks')
  await pool.query("select graphile_worker.add_job('late')")
  await expect.poll(() => done).toEqual(['late'])
})

test('G02 a connection that the library releases twice returns to the pool once', async () => {
  const pool = await freshDatabase()
  const { promise: release, resolve, reject } = Promise.withResolvers<() => void>()
  releasedOnce(pool).connect((error, _client, give) => (error === undefined ? resolve(give) : reject(error)))
  const giveBack = await release
  giveBack()
  giveBack()
  expect(pool.idleCount).toBe(pool.totalCount)
})
