/**
 * Tests two API processes, two schedulers and three runners under every fault of the harness, in
 * soak only. An effort of 50 means 2,000 builds in at least 15 minutes.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault as Answer, cuts, flips, refuses, StrangeProxy, says } from '@harmont/outside/proxy'
import { makeSmallDisk, type SmallDisk } from '@harmont/outside/small-disk'
import { chance, effort, scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshBucket } from '../../packages/server/src/testing/s3.ts'
import { openPipeline } from '../torture/builds.ts'
import { inflictAll, planFaults, type World } from './faults.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { judgeFleet } from './judge.ts'
import { pipelines, placeOrders } from './load.ts'

const builds = scaled(40)
const leastMs = scaled(18_000)
const random = chance()
const storePort = 9_000
let fleet: Fleet
let proxy: StrangeProxy
let disk: SmallDisk

/** Returns a fault: the blob store gives this response until it is healed. */
const store = (answer: Answer) => async () => {
  const heal = proxy.answer(/./, answer)
  return async () => heal()
}

const world: World = {
  'full disk': async () => {
    disk.fill()
    return async () => disk.empty()
  },
  'store is away': store(refuses),
  'store is busy': store(says(503, 'Slow down.')),
  'store cuts': store(cuts),
  'store is wrong': store(flips),
}

describe.runIf(effort > 1)('a fleet', () => {
  beforeAll(async () => {
    const bucket = await freshBucket()
    proxy = await StrangeProxy.start()
    proxy.connectTo(bucket.endpoint)
    disk = makeSmallDisk(2 * 1024 ** 3)
    fleet = await startFleet({
      runners: 3,
      slots: 3,
      // Short leases make faults coincide with their ends.
      leaseSeconds: 10,
      env: { ...bucket.environment, HARMONT_BLOB_ENDPOINT: `http://10.77.0.2:${storePort}` },
      runnerDirectory: (name, folder) => {
        const directory = join(name === 'runner-3' ? disk.path : folder, name)
        mkdirSync(directory)
        return directory
      },
      doors: [{ port: storePort, to: Number(new URL(proxy.origin).port) }],
    })
    for (const pipeline of pipelines) await openPipeline(fleet, pipeline)
  })
  afterAll(async () => {
    await fleet?.remove()
    await proxy?.stop()
    disk?.empty()
    disk?.remove()
  })

  test(`G01 G02 G05 G11 G24 G41 G55 G85 G92 ${builds} builds under faults, seed ${random.seed}`, {
    timeout: 600_000 + builds * 10_000,
  }, async () => {
    const began = Date.now()
    const blows = planFaults(random, builds * 20, {
      members: fleet.members.map(({ name }) => name),
      hosts: ['one', 'two', ...fleet.runners.map(({ name }) => name)],
      runnerHosts: fleet.runners.map(({ name }) => name),
      kinds: ['kill', 'kill', 'drain', 'freeze', 'clock', 'cut', 'cut', 'limit', 'delay', 'database', 'world'],
      world: Object.keys(world),
      mostMs: 25_000,
    })
    let isOver = false
    const isWanted = (placed: number) => {
      isOver ||= placed >= builds && Date.now() - began > leastMs
      return !isOver
    }
    const [answered, faults] = await Promise.all([
      placeOrders(fleet, { random, pace: 1, atATime: 12, isWanted }),
      inflictAll(fleet, blows, { lanes: 3, isOver: () => isOver, world }),
    ])
    const sums = await judgeFleet(fleet, answered)
    await fleet.end()
    console.info(
      JSON.stringify({ seed: random.seed, faults, ...sums, seconds: Math.round((Date.now() - began) / 1000) }),
    )
    expect(answered.length).toBeGreaterThanOrEqual(builds)
  })
})
