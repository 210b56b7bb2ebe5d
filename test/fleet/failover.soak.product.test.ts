/**
 * Fails the primary PostgreSQL of a fleet, so that its synchronous standby takes over. Runs in soak
 * only.
 */
import { chance, effort, scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPipeline } from '../torture/builds.ts'
import { inflictAll, planFaults } from './faults.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { judgeFleet } from './judge.ts'
import { pipelines, placeOrders } from './load.ts'

const failovers = scaled(1)
/** A primary that returns within this time leads again. */
const ttlMs = 25_000
const random = chance()
let fleet: Fleet

describe.runIf(effort > 1)('a fleet', () => {
  beforeAll(async () => {
    fleet = await startFleet({ runners: 2, slots: 3, leaseSeconds: 10, patroni: { isSynchronous: true } })
    for (const pipeline of pipelines) await openPipeline(fleet, pipeline)
  })
  afterAll(() => fleet?.remove())

  test(`G02 G11 G41 ${failovers} synchronous failovers lose no build acknowledged with 201, seed ${random.seed}`, {
    timeout: 600_000 + failovers * 180_000,
  }, async () => {
    const began = Date.now()
    const blows = planFaults(random, failovers, {
      members: [],
      hosts: [],
      runnerHosts: [],
      kinds: ['database'],
      world: [],
      mostMs: 20_000,
    }).map(({ pauseMs, fault }) => ({ pauseMs, fault: { ...fault, forMs: fault.forMs + ttlMs } }))
    let isOver = false
    const inflicting = inflictAll(fleet, blows, { lanes: 1 }).finally(() => {
      isOver = true
    })
    const placing = placeOrders(fleet, { random, pace: 1, atATime: 3, isWanted: () => !isOver })
    const [answered, faults] = await Promise.all([placing, inflicting])
    const sums = await judgeFleet(fleet, answered)
    await fleet.end()
    console.info(
      JSON.stringify({ seed: random.seed, faults, ...sums, seconds: Math.round((Date.now() - began) / 1000) }),
    )
    expect(faults).toBe(failovers)
  })
})
