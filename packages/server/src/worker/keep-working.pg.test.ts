import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../testing/database.ts'
import { keepWorking } from './keep-working.ts'
import { migrateWorker } from './start-worker.ts'

test.each(['succeeds', 'fails'])(
  'G02 a task that %s while its end cannot be written down costs neither the process nor the work that follows',
  async (how) => {
    const pool = await freshDatabase()
    const said: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) })
    await migrateWorker(pool, log)
    const done: string[] = []
    const work = await keepWorking({
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
    // The end was to be written, and was refused.
    await expect.poll(() => said.join('')).toContain('background work stopped')
    await pool.query('alter table graphile_worker.away rename to _private_jobs')
    await pool.query("select graphile_worker.add_job('next')")
    await expect.poll(() => done.toSorted()).toEqual(['cut off', 'cut off', 'next'])
  },
)

test('G02 work that could not be looked for when the worker began is looked for again', async () => {
  const pool = await freshDatabase()
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void said.push(line) })
  await migrateWorker(pool, log)
  const tasks = 'graphile_worker._private_tasks'
  await pool.query(`alter table ${tasks} rename to away`)
  const done: string[] = []
  const taskList = { late: async () => void done.push('late') }
  const work = await keepWorking({ pool, log, crontab: '', taskList })
  onTestFinished(() => work.stop())
  await expect.poll(() => said.join('')).toContain('Failed to acquire job')
  await pool.query('alter table graphile_worker.away rename to _private_tasks')
  await pool.query("select graphile_worker.add_job('late')")
  await expect.poll(() => done).toEqual(['late'])
})
