/**
 * Kills PostgreSQL or one of its processes at random times, and makes it unavailable for some time,
 * during 30-step builds.
 */
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, test } from 'vitest'
import { isOver, openPipeline, type Submitted, submit, untilOver } from './builds.ts'
import { type Effects, startEffects } from './effects.ts'
import { judgeBuild, judgeMoney, settle } from './judge.ts'
import { allRemains, untilEmpty } from './remains.ts'
import { defineSecret, type Life, type TortureServer, tortureServer } from './server.ts'
import { cachedSteps, thirtySteps } from './steps.ts'

const kills = scaled(2)
/** Number of failed starts of PostgreSQL, of some seconds each, before one succeeds. */
const failures = scaled(1)
const timeout = 600_000 + (kills + failures) * 15_000
/**
 * Longest outage without lost commands. After half a minute, a command with an unreported start is
 * ended and restarted.
 */
const patienceMs = 20_000
const pace = kills < 20 ? 0.4 : 1
const random = chance()
let effects: Effects
let server: TortureServer
let life: Life
const builds: Submitted[] = []

beforeAll(async () => {
  effects = await startEffects()
  server = await tortureServer({ HARMONT_EGRESS_ALLOW: effects.address })
  life = await server.start()
  await openPipeline(server, 'torture')
  await defineSecret(server)
  const warm = await submit(server, 'torture', cachedSteps, effects.address)
  await untilOver(server, warm.id)
})
afterAll(async () => {
  await server?.remove()
  await effects?.stop()
})

/**
 * Repeats a call until it succeeds, because the database may be unavailable. Returns its result.
 */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 120_000
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(100)
    }
  }
}

async function another(): Promise<Submitted> {
  const steps = thirtySteps(`${builds.length}`, pace)
  const build = await patiently(() => submit(server, 'torture', steps, effects.address))
  builds.push(build)
  return build
}

/**
 * Kills PostgreSQL's main process or one of its children, whose death makes it end all others.
 * Returns whether it was the main process. Throws while PostgreSQL is starting.
 */
async function killOne(): Promise<boolean> {
  const postmaster = server.postmaster()
  const children = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === postmaster)
  const victim = random.isOneIn(2) ? postmaster : Number(random.pick(children))
  process.kill(victim, 'SIGKILL')
  return victim === postmaster
}

function parentOf(pid: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null
    throw error
  }
}

async function judgeAll({ mayLose }: { readonly mayLose: boolean }): Promise<{ jobs: number; lost: number }> {
  for (const { id } of builds) await untilOver(server, id, timeout)
  await settle(server)
  const sums = { jobs: 0, lost: 0 }
  for (const build of builds) {
    const { jobs, lost } = await judgeBuild(server, { ...build, told: effects.told() }, { mayLose })
    sums.jobs += jobs
    sums.lost += lost
  }
  await judgeMoney(server.pool)
  return sums
}

test(`G02 G41 ${kills} kills of PostgreSQL at random times, seed ${random.seed}`, { timeout }, async () => {
  const began = Date.now()
  let current = await another()
  let whole = 0
  for (let kill = 0; kill < kills; kill += 1) {
    if (await patiently(() => isOver(server, current.id))) current = await another()
    await sleep(random.between(0, 2_000))
    if (await patiently(killOne)) whole += 1
  }
  const sums = await judgeAll({ mayLose: false })
  const seconds = Math.round((Date.now() - began) / 1000)
  console.info(JSON.stringify({ seed: random.seed, kills, whole, builds: builds.length, ...sums, seconds }))
})

test(`G02 G41 PostgreSQL is unavailable and fails to start ${failures}x, seed ${random.seed}`, {
  timeout,
}, async () => {
  await another()
  await until(
    () => effects.told().length,
    (count) => count > 0,
  )
  await sleep(random.between(500, 3_000))
  const configuration = join(server.directory, 'database', 'data', 'postgresql.conf')
  renameSync(configuration, `${configuration}.away`)
  const told = effects.told().length
  process.kill(server.postmaster(), 'SIGKILL')
  const goneAt = Date.now()
  await until(
    () => readFileSync(join(server.directory, 'server.log'), 'utf8').split('does not start; retrying').length - 1,
    (count) => count >= failures,
    { timeoutMs: timeout },
  )
  const during = effects.told().length - told
  renameSync(`${configuration}.away`, configuration)
  const awayMs = Date.now() - goneAt
  const sums = await judgeAll({ mayLose: awayMs > patienceMs })
  console.info(JSON.stringify({ seed: random.seed, awayMs, effectsMeanwhile: during, ...sums }))
  life.kill('SIGTERM')
  await life.ended
  await untilEmpty(() => allRemains(server.directory))
})
