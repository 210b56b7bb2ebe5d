/** Kills processes that append steps at random moments. Runs only in the soak suite. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, effort, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultLimits } from '../core/limits.ts'
import { engineDatabase } from './engine-database.test-support.ts'
import { PostgresStore } from './postgres-store.ts'
import { createPlain, submitCreated } from './submit-build.test-support.ts'

const kills = scaled(2)
const generators = 10
/** Number of steps, including those that appended steps append. */
const stepsEach = scaled(40, 1_000)
const processes = 3
const random = chance()
const file = new URL('append-process.test-support.ts', import.meta.url).pathname

let config: pg.PoolConfig
let pool: pg.Pool
let store: PostgresStore
const living = new Set<ChildProcess>()
const errors: string[] = []

beforeEach(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
  await pool.query('create table ended (job uuid primary key)')
  store = await PostgresStore.open(config, { limits: { ...defaultLimits, infraRetries: 1_000 } })
})
afterEach(async () => {
  for (const child of living) await kill(child)
  await store.close()
  await pool.end()
})

/** Starts a process and waits until it looks for work. */
async function begin(): Promise<void> {
  const args = [file, JSON.stringify(config), `${stepsEach}`, `${random.between(1, 2 ** 31)}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  living.add(child)
  child.stderr.on('data', (text) => errors.push(`${text}`))
  child.once('exit', (code) => {
    living.delete(child)
    if (code !== null) errors.push(`a process ended with ${code}`)
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
}

/** Starts processes in place of those that ended. */
async function fill(): Promise<void> {
  while (living.size < processes && errors.length === 0) await begin()
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function submit(): Promise<string> {
  const append = { max: stepsEach, secrets: [], idTokens: [], egress: null }
  const steps = Array.from({ length: generators }, (_, index) => ({ key: `g${index}`, append }))
  const all = [...steps.keys()]
  const deploy = { key: 'deploy', dependsOn: all, afterAppended: all }
  return submitCreated(pool, store, createPlain([...steps, deploy], { at: Date.now() }))
}

/** Ends expired leases, as a scheduler does, until it is stopped. */
async function takeBack(isOver: () => boolean): Promise<void> {
  for (; !isOver(); await sleep(100))
    for (const { buildId, event } of await store.leases.overdue(Date.now(), 1_000))
      await store.builds.apply(buildId, [event])
}

async function openBuilds(): Promise<number> {
  return (await pool.query('select from engine.builds where finished_at is null')).rowCount ?? 0
}

test.runIf(effort > 1)(
  `G117 ${kills} kills at random moments: ${generators * stepsEach} steps of ${generators} generators are appended and pass once, seed ${random.seed}`,
  async () => {
    const builds: string[] = []
    let isOver = false
    const scheduling = takeBack(() => isOver)
    await fill()
    for (let killed = 0; killed < kills && errors.length === 0; killed += 1) {
      if ((await openBuilds()) === 0) builds.push(await submit())
      await sleep(random.between(0, 1_000))
      await kill(random.pick([...living]))
      await fill()
    }
    const look = async () => {
      await fill()
      return openBuilds()
    }
    await until(look, (count) => count === 0 || errors.length > 0, { timeoutMs: 600_000, restMs: 200 })
    isOver = true
    await scheduling
    for (const child of living) await kill(child)
    expect(errors).toEqual([])
    const lost = await judge(builds)
    console.info(JSON.stringify({ seed: random.seed, kills, builds: builds.length, lost }))
  },
  900_000,
)

/** Asserts the final state and returns the number of jobs that were lost and began again. */
async function judge(builds: readonly string[]): Promise<number> {
  const counted = await pool.query<{ jobs: number; ended: number; lost: number }>(
    'select count(*)::int as jobs, (select count(*)::int from ended) as ended, sum(lost)::int as lost from engine.jobs',
  )
  const all = builds.length * (generators * (stepsEach + 1) + 1)
  expect(counted.rows).toMatchObject([{ jobs: all, ended: all }])
  for (const table of ['ready', 'leases']) expect((await pool.query(`select from engine.${table}`)).rowCount).toBe(0)
  const names = Array.from({ length: stepsEach - 2 }, (_, index) => `${index}`).concat('0-a', '0-b')
  const keys = Array.from({ length: generators }, (_, index) => [
    `g${index}`,
    ...names.map((name) => `g${index}-${name}`),
  ])
  for (const id of builds) {
    const { steps, jobs, state } = (await store.builds.load(id))?.build ?? { steps: [], jobs: [] }
    expect(state).toBe('passed')
    expect(steps.map(({ key }) => key).toSorted()).toEqual([...keys.flat(), 'deploy'].toSorted())
    expect(new Set(jobs.map((job) => `${job.state} ${job.attempt}`))).toEqual(new Set(['passed 1']))
    for (const [slot, { appendedBy }] of steps.entries())
      if (slot > generators) expect(jobs[appendedBy?.step ?? -1]?.id).toBe(appendedBy?.job)
  }
  return counted.rows[0]?.lost ?? 0
}
