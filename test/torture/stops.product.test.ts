/**
 * Tests that cancellations and deadlines end jobs in time although their runner is suspended or
 * dead, while another server shares its database.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPipeline, submit, untilOver } from './builds.ts'
import { type Effects, startEffects } from './effects.ts'
import { jobsOf, settle } from './judge.ts'
import { allRemains, commandProcesses, untilEmpty } from './remains.ts'
import { type Life, sharedDatabase, type TortureServer, tortureServer } from './server.ts'
import type { Step } from './steps.ts'
import { inChange } from './windows.ts'

const graceMs = 10_000
/**
 * Twice the guaranteed time, because the machine may be busy. Without the guarantee a job would end
 * with its lease, at least 25 s later. End times are the servers' own timestamps.
 */
const marginMs = 10_000
/**
 * Longer than the deadlines, because a job that loses its lease earlier restarts with its full
 * time.
 */
const leaseSeconds = 30
const timeoutSeconds = 15
let marks: string
let effects: Effects
let runner: TortureServer
let running: Life
/** A server without a runner, which can only request and enforce ends. */
let other: TortureServer

beforeAll(async () => {
  marks = mkdtempSync('/var/tmp/harmont-windows-')
  effects = await startEffects()
  const database = await sharedDatabase()
  const env = {
    HARMONT_EGRESS_ALLOW: effects.address,
    HARMONT_LEASE_SECONDS: String(leaseSeconds),
    // Servers that share a database must have the same key.
    HARMONT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  runner = await tortureServer(env, database, marks)
  running = await runner.start()
  other = await tortureServer({ ...env, HARMONT_RUNNER: 'off' }, database)
  await other.start()
  await openPipeline(other, 'torture')
  // Creates the base image, so that later builds start at once.
  const first = await submit(other, 'torture', [{ key: 'first', lines: 1 }], effects.address)
  await untilOver(other, first.id)
})
afterAll(async () => {
  await other?.remove()
  await runner?.remove()
  await effects?.stop()
  if (marks !== undefined) rmSync(marks, { recursive: true, force: true })
})

const endless: Step = { key: 'endless', lines: 5_000, pauseSeconds: 0.2, ticks: true }

interface EndRow {
  readonly build: string
  readonly job: string
  readonly error_code: string | null
  /** Milliseconds between the deadline and the end. */
  readonly late_ms: number
}

/**
 * Returns the end of a build's job and its delay after the deadline of the job or build, or after
 * the given time.
 */
async function endOf(id: string, due: { readonly afterStartMs: number } | Date): Promise<EndRow> {
  await untilOver(other, id)
  const { rows } = await other.pool.query<EndRow & { started_at: Date; finished_at: Date }>(
    `select b.state as build, j.state as job, j.error_code, j.started_at, j.finished_at
       from engine.builds b join engine.jobs j on j.build_id = b.id where b.id = $1`,
    [id],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`there is no build ${id}`)
  const { build, job, error_code, started_at, finished_at } = row
  const dueMs = due instanceof Date ? due.getTime() : started_at.getTime() + due.afterStartMs
  return { build, job, error_code, late_ms: finished_at.getTime() - dueMs }
}

test.each(['SIGSTOP', 'SIGKILL'] as const)(
  'G06 G24 after %s of the server that runs the commands, a cancellation and deadlines take effect before the leases end, and no process outlives its lease',
  { timeout: 240_000 },
  async (signal) => {
    const begin = async (step: Step, more = {}) => submit(other, 'torture', [step], effects.address, more)
    const canceled = await begin(endless)
    const stepTime = await begin({ ...endless, timeoutSeconds })
    const buildTime = await begin(endless, { timeout_seconds: timeoutSeconds })
    for (const { id } of [canceled, stepTime, buildTime])
      await until(
        () => jobsOf(other.pool, id),
        ([job]) => job?.state === 'running',
      )
    running.kill(signal)
    await other.api.cancelBuild('torture', canceled.number)
    const askedAt = new Date()
    const ends = await Promise.all([
      endOf(canceled.id, askedAt),
      endOf(stepTime.id, { afterStartMs: timeoutSeconds * 1000 }),
      // The build's time counts from before the step's start.
      endOf(buildTime.id, { afterStartMs: timeoutSeconds * 1000 }),
    ])
    expect(ends).toMatchObject([
      { build: 'canceled', job: 'canceled', error_code: null },
      { build: 'failed', job: 'timed_out', error_code: 'step_timeout' },
      { build: 'failed', job: 'timed_out', error_code: 'pipeline_timeout' },
    ])
    for (const { late_ms } of ends) expect(late_ms).toBeLessThanOrEqual(graceMs + marginMs)
    console.info(JSON.stringify({ signal, late: ends.map(({ late_ms }) => late_ms) }))
    if (signal === 'SIGSTOP') {
      // The remaining commands end with their leases, because the watchdog is independent of the
      // server.
      await untilEmpty(() => commandProcesses(runner.directory))
      running.kill('SIGCONT')
    } else running = await runner.start()
    // The server must find that it holds none of these leases.
    await settle(runner)
  },
)

test('G06 a server suspended within a change does not prevent others from ending the build', async () => {
  const { id, number } = await submit(other, 'torture', [endless], effects.address)
  await until(
    () => jobsOf(other.pool, id),
    ([job]) => job?.state === 'running',
  )
  writeFileSync(join(marks, 'armed'), `${inChange}|1|SIGSTOP`)
  // The server is suspended while it holds the lock of the build's row, and does not respond.
  const unanswered = runner.api.cancelBuild('torture', number)
  await until(
    () => existsSync(join(marks, 'hit')),
    (hit) => hit,
  )
  await other.api.cancelBuild('torture', number)
  const askedAt = new Date()
  const { late_ms, ...end } = await endOf(id, askedAt)
  expect(end).toEqual({ build: 'canceled', job: 'canceled', error_code: null })
  expect(late_ms).toBeLessThanOrEqual(graceMs + marginMs)
  running.kill('SIGCONT')
  await expect(unanswered).rejects.toThrow()
  await settle(runner)
})

test('G24 the jobs leave no remains', async () => {
  running.kill('SIGTERM')
  await running.ended
  await untilEmpty(() => allRemains(runner.directory))
})
