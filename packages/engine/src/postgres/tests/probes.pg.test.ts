/**
 * Tests proofs of flaky tests in the PostgreSQL store: which proofs begin, their turns, and their
 * results.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ForkEnd } from '../../probes/probe.ts'
import type { ForkResult } from '../../probes/proof.ts'
import { testKey } from '../../reports/results.ts'
import type { TestCase } from '../../reports/test-report.ts'
import { noOutput } from '../../step-output.ts'
import type { ForkLease, Lease } from '../../store.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { rowsRead } from '../rows-read.test-support.ts'
import { createPlain, submitCreated } from '../submit-build.test-support.ts'
import { setLimit } from '../waiting/limits.ts'
import { type ProofOutbox, takeText } from './probes.ts'

let config: pg.PoolConfig
let pool: pg.Pool
let store: PostgresStore
let now: number
const told: Parameters<ProofOutbox>[1][] = []

beforeAll(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
})
beforeEach(async () => {
  await pool.query(
    'truncate engine.builds, engine.test_cases, engine.test_reports, engine.test_results, engine.test_verdicts, engine.limits cascade',
  )
  now = 1_700_000_000_000
  told.length = 0
  store = await PostgresStore.open(config, { proofOutbox: async (_, change) => void told.push(change) })
})
afterEach(() => store.close())
afterAll(() => pool.end())

const tests = { forks: 2, budgetSeconds: 60, rerun: null, quarantine: false }
const one = (name: string, state: TestCase['state'] = 'failed'): TestCase => ({ suite: 's', name, state })
const outcome = { kind: 'exited', exitCode: 1, signal: null, limit: null, snapshot: null } as const

const submit = (steps: Parameters<typeof createPlain>[0], queue = 'q') =>
  submitCreated(pool, store, createPlain(steps, { queue, at: now }))

/** Leases a job and ends it with these tests, red by default. */
async function end(cases: readonly TestCase[], snapshot: string | null = null, exitCode = 1): Promise<Lease> {
  const [lease] = await store.leases.take('r', 1, now)
  if (lease === undefined) throw new Error('nothing to lease')
  const { buildId, jobId: job, fence } = lease
  const events = [
    { type: 'started', job, fence, at: now } as const,
    { type: 'ended', job, fence, at: now, outcome: { ...outcome, exitCode, snapshot } } as const,
  ]
  const report = { path: 'junit.xml', format: 'junit', cases, faults: 0 } as const
  await store.builds.apply(buildId, events, { jobId: job, output: { ...noOutput, tests: [report] } })
  return lease
}

async function redBuild(queue = 'q', cases = [one('a'), one('b'), one('c', 'passed')]): Promise<Lease> {
  await submit([{ tests }], queue)
  return end(cases)
}

async function take(): Promise<ForkLease> {
  const fork = await store.probes.take('r', now)
  if (fork === null) throw new Error('expected a probe')
  return fork
}
const keyOf = (name: string) => testKey({ suite: 's', name })
const ran = (results: Readonly<Record<string, ForkResult>>, said: string | null = null): ForkEnd => {
  const byKey = new Map(Object.entries(results).map(([name, result]) => [keyOf(name), result]))
  const log = said === null ? [] : [{ seq: 1, kind: 1, content: Buffer.from(said), ts: 7n } as const]
  return { kind: 'ran', startedAt: now, endedAt: now + 1_000, exitCode: 1, results: byKey, log }
}

async function verdicts(): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await pool.query<{ name: string; said: string }>(
    `select c.name, concat_ws(' ', v.verdict, v.fork_passes, v.forks) as said
      from engine.test_verdicts v join engine.test_cases c on c.id = v.test order by c.name`,
  )
  return Object.fromEntries(rows.map(({ name, said }) => [name, said]))
}
const versionOf = async (id: string) =>
  (await pool.query('select version from engine.builds where id = $1', [id])).rows[0]?.version

test('G71 the proof of a red job begins when the job ends, and each run adds its results in one transaction', async () => {
  const { jobId, buildId } = await redBuild()
  const before = await store.builds.load(buildId)
  const heard: string[] = []
  store.changes.onBuild(buildId, () => heard.push('build'))
  const first = await take()
  expect(first).toMatchObject({ jobId, buildId, leftMs: 60_000, expiresAt: now + 180_000 })
  expect(await store.probes.take('r', now)).toBeNull()
  expect(await store.probes.end({ ...first, fork: randomUUID() }, now, ran({ a: 'passed' }))).toBe(false)
  expect(await store.probes.end(first, now, ran({ a: 'passed', b: 'failed', c: 'passed' }))).toBe(true)
  expect(await store.probes.end(first, now, ran({ a: 'passed' }))).toBe(false)
  expect(await verdicts()).toEqual({ a: 'flaky 1 1' })
  const second = await take()
  expect([second.leftMs, second.proof.open.map(({ name }) => name)]).toEqual([59_000, ['b']])
  await store.probes.end(second, now, ran({ b: 'failed' }))
  expect(await verdicts()).toEqual({ a: 'flaky 1 1', b: 'fails 0 2' })
  expect(await store.probes.take('r', now)).toBeNull()
  const after = await store.builds.load(buildId)
  expect(after?.build).toEqual(before?.build)
  expect(Number(await versionOf(buildId))).toBe(
    Number((await pool.query('select max(version) from engine.jobs')).rows[0]?.max),
  )
  expect(heard).toEqual(['build', 'build'])
  expect(told).toMatchObject([
    { buildId, jobId, queue: 'q', hasVerdicts: true, run: { id: first.fork, endedAt: now + 1_000, step: { tests } } },
    { buildId, jobId, queue: 'q', hasVerdicts: true, run: { id: second.fork } },
  ])
})

test('each run stores its results for the tests to prove, and its output under its id', async () => {
  const { jobId } = await redBuild()
  const first = await take()
  await store.probes.end(first, now, ran({ a: 'passed', b: 'failed', c: 'passed' }, 'one\n'))
  const second = await take()
  await store.probes.end(second, now, { kind: 'given_up' })
  const third = await take()
  await store.probes.end(third, now, ran({ a: 'failed', b: null }, 'two\n'))
  const { rows } = await pool.query(
    'select id, job_id, number, test, exit_code, passed, failed from engine.proof_runs order by number',
  )
  const common = { job_id: jobId, test: null, exit_code: 1 }
  expect(rows).toEqual([
    { ...common, id: first.fork, number: 1, passed: [keyOf('a')], failed: [keyOf('b')] },
    { ...common, id: third.fork, number: 2, passed: [], failed: [] },
  ])
  const texts = async (id: string) => (await store.logs.read(id, 0, 1_000)).map(({ content }) => String(content))
  expect(await Promise.all([first, second, third].map(({ fork }) => texts(fork)))).toEqual([['one\n'], [], ['two\n']])
  await pool.query('delete from engine.jobs where id = $1', [jobId])
  expect((await pool.query('select from engine.proof_runs')).rowCount).toBe(0)
})

test('G71 a run begins only within the limits of its organization and pipeline, and delays no job', async () => {
  const full = { kind: 'queue', id: 'full' } as const
  await redBuild('full', [one('x')])
  await redBuild('full', [one('x')])
  await redBuild('other', [one('x')])
  await setLimit(pool, full, 1)
  const [first, second] = [await take(), await take()]
  expect([first.buildId === second.buildId, await store.probes.take('r', now)]).toEqual([false, null])
  await submit([{}], 'full')
  expect(await store.leases.take('r', 1, now)).toHaveLength(1)
  for (const fork of [first, second]) await store.probes.end(fork, now, { kind: 'given_up' })
  const other = await take()
  expect(await store.probes.take('r', now)).toBeNull()
  await setLimit(pool, full, 2)
  const third = await take()
  expect(third.jobId).not.toBe(other.jobId)
  expect(await store.probes.take('r', now)).toBeNull()
  await setLimit(pool, full, null)
  // The builds of these tests have no pipeline name.
  const pipeline = { kind: 'pipeline', id: '' } as const
  await setLimit(pool, pipeline, 2)
  expect(await store.probes.take('r', now)).toBeNull()
  await setLimit(pool, pipeline, 3)
  expect(await store.probes.take('r', now)).not.toBeNull()
})

test('no probe is leased while a job waits for a runner', async () => {
  await redBuild()
  await submit([{}])
  expect(await store.probes.take('r', now)).toBeNull()
  await store.leases.take('r', 1, now)
  expect(await store.probes.take('r', now)).not.toBeNull()
})

test('at most three proofs of a build are in progress; further red tests stay unknown', async () => {
  await submit(Array.from({ length: 4 }, () => ({ tests })))
  for (const name of ['a', 'b', 'c', 'd']) await end([one(name), one(`${name}2`, 'passed')])
  expect((await pool.query('select from engine.probes')).rowCount).toBe(3)
  expect(await verdicts()).toEqual({ d: 'unknown 0 0' })
})

test('a run that is lost twice, by its process or its lease, leaves `unknown`; an abandoned run does not count', async () => {
  await redBuild('q', [one('a')])
  await store.probes.end(await take(), now, { kind: 'given_up' })
  await take()
  await store.probes.release('other', now)
  expect(await store.probes.take('r', now)).toBeNull()
  await store.probes.release('r', now)
  const second = await take()
  await store.probes.endOverdue(second.expiresAt - 1)
  expect(await verdicts()).toEqual({})
  await store.probes.endOverdue(second.expiresAt)
  expect(await verdicts()).toEqual({ a: 'unknown 0 0' })
  expect(await store.probes.take('r', now)).toBeNull()
})

test('a proof that has not been taken for a day ends, and its files are released', async () => {
  await redBuild('q', [one('a')])
  await store.probes.endOverdue(now + 24 * 3_600_000 - 1)
  expect(await verdicts()).toEqual({})
  await store.probes.endOverdue(now + 24 * 3_600_000)
  expect(await verdicts()).toEqual({ a: 'unknown 0 0' })
})

test('proofs take turns between queues, and within a queue after each run', async () => {
  const jobs: string[] = []
  for (const queue of ['a', 'a', 'b']) {
    jobs.push((await redBuild(queue, [one('x')])).jobId)
    now += 1_000
  }
  const turns: number[] = []
  for (let turn = 0; turn < 4; turn++) {
    const fork = await take()
    turns.push(jobs.indexOf(fork.jobId))
    await store.probes.end(fork, now, ran({ x: 'failed' }))
    now += 1_000
  }
  expect(turns).toEqual([0, 2, 1, 2])
})

test('the files that a proof starts from are kept until it ends, even if a retry has passed', async () => {
  await submit([{}, { buildsIn: 0, tests, retry: { limit: 1, delaySeconds: 0 } }, { dependsOn: [1] }])
  await end([], 'parent', 0)
  await end([one('a')])
  await end([], null, 0)
  const needed = async () => [...(await store.builds.liveSnapshots(now)).needed]
  expect(await needed()).toEqual(['parent'])
  await store.leases.take('r', 1, now)
  await store.probes.end(await take(), now, ran({ a: 'passed' }))
  expect(await needed()).toEqual([])
})

test('a query for probes reads few rows, however many wait', async () => {
  await redBuild()
  await pool.query(`insert into engine.jobs (id, build_id, attempt, state, fence, runner, lost, created_at, soft_failed, cached, version)
    select gen_random_uuid(), id, n, 'failed', 1, 'r', 0, now(), false, false, 1 from engine.builds, generate_series(10, 3000) n`)
  await pool.query(`insert into engine.probes (job_id, build_id, queue, created_at, queued_at, budget_ms, proof)
    select id, build_id, 'q' || attempt % 7, now(), now(), 1000, '{}' from engine.jobs where attempt > 1`)
  const { rows, scans } = await rowsRead(config, takeText, [
    'q3',
    new Date(now).toISOString(),
    randomUUID(),
    'r',
    null,
    null,
    null,
    [],
    null,
  ])
  expect(scans.join()).not.toContain('Seq Scan')
  expect(rows).toBeLessThan(20)
})
