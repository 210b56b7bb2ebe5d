/** Tests operations on a busy fleet and failures that it must survive, in soak only. */
import { setTimeout as sleep } from 'node:timers/promises'
import { waitForBuild } from '@harmont/cloud'
import { chance, effort, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPipeline, submit } from '../torture/builds.ts'
import { jobsOf, judgeBuild } from '../torture/judge.ts'
import type { Step } from '../torture/steps.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { judgeFleet } from './judge.ts'
import { pipelines, placeOrders } from './load.ts'
import type { Member } from './member.ts'

const rounds = scaled(0.4)
/** Longer than a lease and than the silence after which runners count as gone. */
const awayMs = scaled(20_000, 600_000)
const random = chance()
let fleet: Fleet

describe.runIf(effort > 1)('a fleet', () => {
  beforeAll(async () => {
    fleet = await startFleet({ runners: 2, slots: 3, leaseSeconds: 60 })
    for (const pipeline of [...pipelines, 'away']) await openPipeline(fleet, pipeline)
  })
  afterAll(() => fleet?.remove())

  test(`G02 G11 every process is replaced ${rounds}x under load, and no command is lost, seed ${random.seed}`, {
    timeout: 600_000 + rounds * 300_000,
  }, async () => {
    let isOver = false
    const replacing = replaceAll().finally(() => {
      isOver = true
    })
    const placing = placeOrders(fleet, { random, pace: 1, atATime: 6, isWanted: () => !isOver })
    const [answered] = await Promise.all([placing, replacing])
    const sums = await judgeFleet(fleet, answered, { mayLose: false })
    console.info(JSON.stringify({ seed: random.seed, rounds, ...sums }))
  })

  /**
   * Restarts members like an upgrade: schedulers, API processes, then runners, one after the other.
   */
  async function replaceAll(): Promise<void> {
    const order = ['scheduler', 'api', 'runner'] as const
    for (let round = 0; round < rounds; round += 1)
      for (const role of order)
        for (const member of fleet.members.filter((one) => one.role === role)) {
          await member.end('SIGTERM')
          await member.start()
          await sleep(1_000)
        }
  }

  test('G02 a command that ends while no API process runs is reported afterwards and does not run again', {
    timeout: 600_000 + awayMs,
  }, async () => {
    const steps: readonly Step[] = [
      { key: 'root', lines: 20, pauseSeconds: 0.1 },
      { key: 'child', buildsIn: 'root', lines: 5 },
      { key: 'secret', hasSecret: true, lines: 20, pauseSeconds: 0.1 },
    ]
    const build = await submit(fleet, 'away', steps, fleet.effects.address)
    const roots = new Set((await jobsOf(fleet.pool, build.id)).map(({ id }) => id))
    const started = () => fleet.effects.told().filter(({ kind, jobId }) => kind === 'start' && roots.has(jobId)).length
    await until(started, (count) => count === 2)
    const apis = fleet.members.filter(({ role }) => role === 'api')
    await Promise.all(apis.map((api) => api.end('SIGKILL')))
    await sleep(awayMs)
    await Promise.all(apis.map((api: Member) => api.start()))
    const { client, org } = fleet.api
    await waitForBuild(client, { org, pipeline: 'away', number: build.number })
    await judgeBuild(fleet, { ...build, told: fleet.effects.told() }, { mayLose: false })
    expect((await jobsOf(fleet.pool, build.id)).map(({ key, attempt, lost }) => [key, attempt, lost])).toEqual([
      ['root', 1, 0],
      ['child', 1, 0],
      ['secret', 1, 0],
    ])
  })

  test('G24 no remains are left on any host', () => fleet.end())
})
