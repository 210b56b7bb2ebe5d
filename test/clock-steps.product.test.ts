/**
 * Sets the machine's clock under a server and a local run: while steps run and wait, and between a
 * kill and the next start.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { addWitness } from '@harmont/test-kit/file'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '../packages/cli/src/events/run-event.ts'
import { eventsOf, makeProject, statesOf } from '../packages/cli/src/runs/in-sandboxes/project.test-support.ts'
import { buildEnd, type Ended, flatIr, type Product, startProduct } from './product.ts'

const directory = mkdtempSync('/var/tmp/harmont-clock-')
const stepFile = join(directory, 'hours')
const program = pathToFileURL(fileURLToPath(new URL('stepped-date.ts', import.meta.url))).href
const steppedEnv = { NODE_OPTIONS: `--import=${program}`, STEPPED_DATE: stepFile }
const nearMs = 15 * 60_000
let product: Product

/** Sets the offset of the server's wall clock. */
function setClock(hours: number): void {
  writeFileSync(`${stepFile}.next`, String(hours))
  renameSync(`${stepFile}.next`, stepFile)
}

beforeAll(async () => {
  setClock(0)
  product = await startProduct({
    ...steppedEnv,
    HARMONT_RUNNER_SLOTS: '2',
  })
  await product.api.ensurePipeline({ name: 'clock', repository: 'local/clock', default_branch: 'main' })
})
afterAll(async () => {
  await product?.remove()
  rmSync(directory, { recursive: true })
})

/** Returns a random number of seconds that identifies a `sleep` process on this machine. */
const aLongTime = () => randomInt(10 ** 8, 10 ** 9)

/** Returns a step that runs until it is woken. */
const sleeper = (key: string, seconds: number) => ({
  key,
  cmd: `sleep ${seconds} || echo woken`,
  timeout_seconds: 1_800,
})

function pidOf(seconds: number): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = pids.find((pid) => commandLine(pid) === `sleep\0${seconds}\0`)
  return found === undefined ? undefined : Number(found)
}

function commandLine(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return undefined // Gone meanwhile.
  }
}

const asleep = async (seconds: number) =>
  (await until(
    async () => pidOf(seconds),
    (pid) => pid !== undefined,
  )) as number
const wake = async (seconds: number) => process.kill(await asleep(seconds), 'SIGTERM')

const submit = async (steps: readonly Record<string, unknown>[]) =>
  (await product.api.createBuild('clock', { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }))
    .number

/** Displayed durations and waits match the real ones. */
function expectPlainTimes({ build, jobs }: Ended): void {
  const at = (instant: string | null | undefined) => Date.parse(instant ?? '')
  for (const job of jobs.values()) {
    const took = [at(job.started_at) - at(build.created_at), at(job.finished_at) - at(job.started_at)]
    for (const ms of took) expect(ms).toBeGreaterThanOrEqual(0)
    for (const ms of took) expect(ms).toBeLessThan(nearMs)
  }
}

test('G64 setting the clock forward and back while steps run and wait causes no time-out and no endless wait', async () => {
  const [one, two] = [aLongTime(), aLongTime()]
  const number = await submit([sleeper('one', one), sleeper('two', two), { key: 'waits', cmd: 'true' }])
  await Promise.all([asleep(one), asleep(two)])
  for (const hours of [2, -1]) {
    setClock(hours)
    // After a pause, a server ends nothing before it has watched for ten seconds. Leases are
    // renewed every five seconds.
    for (let renewals = 0; renewals < 4; renewals++) await renewal()
  }
  setClock(-3)
  await Promise.all([wake(one), wake(two)])
  const ended = await buildEnd(product.api, 'clock', number)
  expect([...ended.jobs.values()].map(({ state }) => state)).toEqual(['passed', 'passed', 'passed'])
  expectPlainTimes(ended)
})

test('G64 setting the clock between a kill and the next start does not affect a running or ended command', async () => {
  setClock(0)
  const [goesOn, ends] = [aLongTime(), aLongTime()]
  const number = await submit([sleeper('goes on', goesOn), sleeper('ends', ends)])
  await Promise.all([asleep(goesOn), asleep(ends)])
  await renewal()
  product.server().kill('SIGKILL')
  await wake(ends)
  await until(
    async () => pidOf(ends),
    (pid) => pid === undefined,
  )
  setClock(7)
  await product.restart()
  const jobs = () => product.api.listJobs('clock', number)
  await until(jobs, (all) => all.some(({ step_key, state }) => step_key === 'ends' && state === 'passed'))
  await wake(goesOn)
  const ended = await buildEnd(product.api, 'clock', number)
  expect([...ended.jobs.values()].map(({ state }) => state)).toEqual(['passed', 'passed'])
  expectPlainTimes(ended)
})

test('G64 setting the clock during a local run times out only the step that has reached its limit', async () => {
  setClock(0)
  const [goesOn, timesOut] = [aLongTime(), aLongTime()]
  await using project = makeProject(
    `
import { pipeline, scratch } from '@harmont/hm'
const base = scratch({ image: 'host' })
export default [{ slug: 'clock', pipeline: pipeline([
  base.sh('sleep ${goesOn} || echo woken', { key: 'goes on', timeout: '30m' }),
  base.sh('sleep ${timesOut}', { key: 'times out', timeout: 12 }),
]) }]`,
    { env: steppedEnv },
  )
  const run = project.start('run', '--keep-going', '--format', 'json')
  addWitness(run.text)
  await Promise.all([asleep(goesOn), asleep(timesOut)])
  setClock(2)
  // Leases are renewed every five seconds, so twice before this step times out.
  await until(
    async () => pidOf(timesOut),
    (pid) => pid === undefined,
  )
  setClock(-3)
  await wake(goesOn)
  await run.ended
  const events = run
    .text()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent)
  expect(statesOf(events), run.text()).toEqual({ 'goes on': 'passed', 'times out': 'timed_out' })
  const end = eventsOf(events, 'goes on').findLast(({ kind }) => kind === 'step_end')
  expect(end).toMatchObject({ duration_ms: expect.closeTo(0, -6) })
})

/** Resolves when the server has renewed both leases again. */
async function renewal(): Promise<void> {
  const expiries = async () => {
    const { rows } = await product.pool.query<{ at: string }>('select expires_at::text as at from engine.leases')
    return rows.map(({ at }) => at).sort()
  }
  const before = await expiries()
  expect(before).toHaveLength(2)
  await until(expiries, (now) => now.length < 2 || now.every((at) => !before.includes(at)))
}
