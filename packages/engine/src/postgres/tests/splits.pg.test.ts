import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainContext } from '../../plain-context.test-support.ts'
import type { TestCase } from '../../reports/test-report.ts'
import { noOutput } from '../../step-output.ts'
import type { BuildContext } from '../../store.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { createPlain, submitCreated } from '../submit-build.test-support.ts'
import { fileTimesText, noteFileTimesText } from './splits.ts'

let pool: pg.Pool
let store: PostgresStore
beforeAll(async () => {
  const config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await PostgresStore.open(config)
})
afterAll(async () => {
  await store.close()
  await pool.end()
})

const submit = (pipeline: string, context: Partial<BuildContext> = {}) =>
  submitCreated(pool, store, createPlain([{}], { pipeline, at: store.now() }), { ...plainContext, ...context })

type Times = Readonly<Record<string, number>>

/** Runs a build whose only step reports one test per file. */
async function report(pipeline: string, times: Times, context: Partial<BuildContext> = {}, isCached = false) {
  const id = await submit(pipeline, context)
  const lease = (await store.leases.take('r', 10, store.now())).find(({ buildId }) => buildId === id)
  if (lease === undefined) throw new Error('nothing to lease')
  const cases = Object.entries(times).map(
    ([file, durationMs]): TestCase => ({ suite: file, name: 'works', file, state: 'passed', durationMs }),
  )
  const { jobId: job, fence } = lease
  const at = store.now()
  const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  const outcome = isCached ? ({ kind: 'cached', snapshot: 's' } as const) : exited
  const start = isCached ? [] : [{ type: 'started', job, fence, at } as const]
  const output = { ...noOutput, tests: [{ path: 'junit.xml', format: 'junit', faults: 0, cases } as const] }
  const applied = await store.builds.apply(id, [...start, { type: 'ended', job, fence, at, outcome }], {
    jobId: job,
    output,
  })
  expect(applied?.taken.at(-1)).toBe(true)
}

const files = ['a', 'b', 'c', 'd'].map((path) => ({ path, bytes: 100 }))
const deal = async (pipeline: string) => store.splits.deal(await submit(pipeline), { files: 'test', total: 2 }, files)

test('G73 files are dealt by the median of their times in earlier builds of the pipeline', async () => {
  for (const b of [100, 9_000, 120]) await report('p', { a: 900, b, c: 100 })
  await report('other', { a: 1, b: 5_000, c: 1, d: 1 })
  // The median of the known files is used for d.
  expect(await deal('p')).toEqual([['a'], ['b', 'c', 'd']])
})

test('G73 times of forks, cached steps and other pipelines never count, nor those of uploads if there are fetched builds', async () => {
  await report('q', { a: 900, b: 100, c: 100, d: 100 })
  const slow = { a: 100, b: 100, c: 100, d: 9_000 }
  for (let n = 0; n < 3; n += 1) {
    await report('q', slow, { trust: 'fork', claimant: 'fork x/y' })
    await report('q', slow, { claimant: 'uploads' })
    await report('q', slow, {}, true)
  }
  expect(await deal('q')).toEqual([['a'], ['b', 'c', 'd']])
  await report('uploaded', slow, { claimant: 'uploads' })
  for (let n = 0; n < 2; n += 1)
    await report('uploaded', { ...slow, a: 9_000, d: 100 }, { trust: 'fork', claimant: 'fork x/y' })
  expect(await deal('uploaded')).toEqual([['d'], ['a', 'b', 'c']])
})

test('a failed test counts for the file of the test, and a moved test for its new file', async () => {
  await report('moved', { old: 500 })
  await pool.query(
    `update engine.test_cases set file = 'old' where pipeline = 'moved';
     update engine.test_results x set file = 'new' from engine.test_cases c where c.id = x.test and c.pipeline = 'moved'`,
  )
  const times = async () => {
    const { rows } = await pool.query("select max(id) as id from engine.test_reports where pipeline = 'moved'")
    await pool.query(noteFileTimesText, [rows[0].id])
    return Object.fromEntries((await pool.query(fileTimesText, ['moved'])).rows.map(({ path, ms }) => [path, ms]))
  }
  expect(await times()).toEqual({ new: 500 })
  await pool.query(
    "update engine.test_results x set state = 'f' from engine.test_cases c where c.id = x.test and c.pipeline = 'moved'",
  )
  expect(await times()).toEqual({ old: 500 })
})

test('a deal is removed with its build', async () => {
  const id = await submit('gone')
  await store.splits.deal(id, { files: 'test', total: 2 }, files)
  await pool.query('delete from engine.builds where id = $1', [id])
  const { rows } = await pool.query('select from engine.splits where build_id = $1', [id])
  expect(rows).toEqual([])
})

test('the times of a pipeline are found by an index, from its newest reports', async () => {
  await pool.query(
    `with t as (insert into engine.test_cases (pipeline, key, suite, name, file)
        select 'p' || n % 50, gen_random_uuid(), 's', 't' || n, 'f' || n from generate_series(1, 250) n returning id, pipeline),
      r as (insert into engine.test_reports (build_id, job_id, pipeline, trusted, fetched, path, format, faults, passed, failed, skipped, errored,
          left_out, written_at, at)
        select gen_random_uuid(), gen_random_uuid(), 'p' || n % 50, true, true, 'x', 'junit', 0, 20, 0, 0, 0, 0, now(), now()
          from generate_series(1, 5000) n returning id, pipeline)
     insert into engine.test_results (report, test, state, duration_ms) select r.id, t.id, 'p', 5 from r join t using (pipeline)`,
  )
  await pool.query('analyze engine.test_cases, engine.test_reports, engine.test_results')
  const { rows } = await pool.query(`explain ${fileTimesText.replaceAll('$1', "'p7'")}`)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('test_reports_timed')
  expect(plan).not.toMatch(/Seq Scan on (test_reports|test_results)/)
})
