/**
 * Suspends a server until its leases are lost, while another server shares its database. The other
 * server takes over, and the first server's writes are refused. Also stops a single server for
 * longer than a lease.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPipeline, type Submitted, submit, untilOver } from './builds.ts'
import { type Effects, startEffects } from './effects.ts'
import { jobsOf, judgeBuild, judgeMoney, settle } from './judge.ts'
import { allRemains, commandProcesses, sandboxRemains, untilEmpty } from './remains.ts'
import { defineSecret, type Life, sharedDatabase, type TortureServer, tortureServer } from './server.ts'
import type { Step } from './steps.ts'

const takeovers = scaled(1)
const leaseSeconds = 10
const random = chance()
const servers: TortureServer[] = []
let lives: Life[]
let effects: Effects

beforeAll(async () => {
  effects = await startEffects()
  const database = await sharedDatabase()
  const env = {
    HARMONT_EGRESS_ALLOW: effects.address,
    HARMONT_LEASE_SECONDS: String(leaseSeconds),
    // Servers that share a database must have the same key.
    HARMONT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  for (let count = 0; count < 2; count += 1) servers.push(await tortureServer(env, database))
  lives = []
  for (const server of servers) lives.push(await server.start())
  const [first] = servers as [TortureServer]
  await openPipeline(first, 'torture')
  await defineSecret(first)
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await effects?.stop()
})

/**
 * Commands longer than a lease, so that commands of a suspended server are lost. No step builds in
 * another, because each server has its own snapshots.
 */
const steps: readonly Step[] = [
  ...Array.from(
    { length: 8 },
    (_, index): Step => ({
      key: `root-${index}`,
      lines: 26,
      pauseSeconds: 0.5,
      ticks: true,
    }),
  ),
  { key: 'secret', hasSecret: true, lines: 26, pauseSeconds: 0.5, ticks: true },
  { key: 'after', dependsOn: ['root-0', 'root-1'], lines: 3 },
]

test(`G01 G02 G24 ${takeovers} takeovers from a server that is suspended until its leases are lost, seed ${random.seed}`, {
  timeout: 600_000 + takeovers * 90_000,
}, async () => {
  const [one, other] = servers as [TortureServer, TortureServer]
  let lost = 0
  for (let takeover = 0; takeover < takeovers; takeover += 1) {
    const which = random.between(0, 1)
    const [held, free] = which === 0 ? [one, other] : [other, one]
    const build = await submit(free, 'torture', steps, effects.address)
    const heldUp = () => sandboxRemains(held.directory).length
    await until(heldUp, (count) => count > 1)
    await sleep(random.between(0, 2_500))
    lives[which]?.kill('SIGSTOP')
    // Waits until the other server has detected a lost command.
    await until(
      () => jobsOf(free.pool, build.id),
      (jobs) => jobs.some((job) => job.lost > 0),
    )
    await sleep(random.between(0, 4_000))
    lives[which]?.kill('SIGCONT')
    await untilOver(free, build.id)
    lost += (await judgeTaken(free, build)).lost
  }
  expect(lost).toBeGreaterThanOrEqual(takeovers)
  console.info(JSON.stringify({ seed: random.seed, takeovers, lost }))
})

async function judgeTaken(server: TortureServer, build: Submitted) {
  for (const each of servers) await settle(each)
  const verdict = await judgeBuild(server, { ...build, told: effects.told() }, { mayLose: true })
  await judgeMoney(server.pool)
  return verdict
}

test('G01 G02 a server that was down longer than a lease continues ended commands under the same fencing number and restarts the others', async () => {
  const [server, other] = servers as [TortureServer, TortureServer]
  lives[1]?.kill('SIGTERM')
  await lives[1]?.ended
  const short: Step = { key: 'short', lines: 8, pauseSeconds: 0.5, ticks: true }
  const build = await submit(server, 'torture', [short, { ...short, key: 'long', lines: 40 }], effects.address)
  await until(
    () => jobsOf(server.pool, build.id),
    (jobs) => jobs.every(({ state }) => state === 'running'),
  )
  lives[0]?.kill('SIGKILL')
  // The leases expire without renewal, and the watchdogs end the running commands.
  await untilEmpty(() => commandProcesses(server.directory))
  await until(
    () => server.pool.query('select from engine.leases where expires_at > now()'),
    ({ rowCount }) => rowCount === 0,
  )
  lives[0] = await server.start()
  await untilOver(server, build.id)
  await settle(server)
  await judgeBuild(server, { ...build, told: effects.told() }, { mayLose: true })
  const jobs = await jobsOf(server.pool, build.id)
  expect(jobs.map(({ key, fence, lost }) => [key, fence, lost])).toEqual([
    ['short', 1, 0],
    ['long', 2, 1],
  ])
  lives[0].kill('SIGTERM')
  await lives[0].ended
  for (const { directory } of [server, other]) await untilEmpty(() => allRemains(directory))
})
