/**
 * Tests a small fleet under a few faults: two API processes, two schedulers and two runners on
 * separate hosts. `faults.soak.product.test.ts` tests many faults.
 */
import { chance } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPipeline } from '../torture/builds.ts'
import { type Blow, inflictAll } from './faults.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { judgeFleet } from './judge.ts'
import { pipelines, placeOrders } from './load.ts'

const random = chance()
let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ runners: 2, slots: 3, leaseSeconds: 60 })
  for (const pipeline of pipelines) await openPipeline(fleet, pipeline)
})
afterAll(() => fleet?.remove())

const blows: readonly Blow[] = [
  { pauseMs: 500, fault: { kind: 'kill', member: 'runner-1', forMs: 300 } },
  { pauseMs: 100, fault: { kind: 'cut', host: 'runner-2', way: 'both', forMs: 2_000 } },
  { pauseMs: 100, fault: { kind: 'kill', member: 'api-1', forMs: 300 } },
  { pauseMs: 100, fault: { kind: 'database', how: 'kill', forMs: 500 } },
  { pauseMs: 100, fault: { kind: 'cut', host: 'one', way: 'answers', forMs: 2_000 } },
  { pauseMs: 100, fault: { kind: 'kill', member: 'scheduler-2', forMs: 300 } },
]

test(`G02 G11 G92 builds of a fleet end correctly and once, and lose no command, while members are killed and cut off, seed ${random.seed}`, async () => {
  const placing = placeOrders(fleet, { random, pace: 0.3, atATime: 8, isWanted: (placed) => placed < 24 })
  const [answered, faults] = await Promise.all([placing, inflictAll(fleet, blows, { lanes: 1 })])
  expect(faults).toBe(blows.length)
  // Every fault is shorter than a lease, so no command may be lost.
  await judgeFleet(fleet, answered, { mayLose: false })
  await fleet.end()
})
