/**
 * Cancels and deadlines of jobs whose runner is held up or dead, while another server shares its
 * database: they end in time nevertheless.
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
 * Twice the promised time, because the machine may be busy. Without the promise a job would end
 * with its lease, at least 25 s later. The ends are the servers' own stamps.
 */
const marginMs = 10_000
/**
 * Longer than the deadlines: a job whose lease is lost earlier begins again, with its whole time.
 */
const leaseSeconds = 30
const timeoutSeconds = 15
let marks: string
let effects: Effects
let runner: TortureServer
let running: Life
/** Has no runner: it can only request ends and enforce them. */
let other: TortureServer

beforeAll(async () => {
  marks = mkdtempSync('/var/tmp/harmont-windows-')
  effects = await startEffects()
  const database = await sharedDatabase()
  const env = {
    HARMONT_EGRESS_ALLOW: effects.address,
    HARMONT_LEASE_SECONDS: String(leaseSeconds),
    // One key, as servers that share a database must have.
    HARMONT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  runner = await tortureServer(env, database, marks)
  running = await runner.start()
  other = await tortureServer({ ...env, HARMONT_RUNNER: 'off' }, database)
  await other.start()
  await openPipeline(other, 'torture')
  // Makes the base image, so that the next ones start at once.
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
  /** Instant from which the time counts. */
  readonly late_ms: number
}

/**
 * Returns how the job of a build ended, and how long after its deadline, the build's, or the given
 * instant.
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
  'G06 G24 a cancel and deadlines take effect before the leases end after %s of the server that runs the commands, and no process outlives its lease',
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
      // Its time counts from before the step's start.
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
      // The rest of the commands ends with their leases, because the watchdog has no parent.
      await untilEmpty(() => commandProcesses(runner.directory))
      running.kill('SIGCONT')
    } else running = await runner.start()
    // It finds that it holds none of this any longer.
    await settle(runner)
  },
)

test('G06 a server held up in the middle of a change does not keep others from ending the build', async () => {
  const { id, number } = await submit(other, 'torture', [endless], effects.address)
  await until(
    () => jobsOf(other.pool, id),
    ([job]) => job?.state === 'running',
  )
  writeFileSync(join(marks, 'armed'), `${inChange}|1|SIGSTOP`)
  // It is stopped while it holds the lock of the build's row, and does not answer.
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

test('G24 nothing is left of them', async () => {
  running.kill('SIGTERM')
  await running.ended
  await untilEmpty(() => allRemains(runner.directory))
})
