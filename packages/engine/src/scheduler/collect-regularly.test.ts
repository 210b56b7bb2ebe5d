import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bench, openBench, run, settled, step, submit } from '../runner/runner.test-support.ts'
import { collectRegularly } from './collect-regularly.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('removes what nothing can start from, and keeps cache entries and what a running build needs', async () => {
  const { store, driver } = bench
  const ended = await run(bench, [step('echo a > /a'), step('true', { buildsIn: 0 }), step('true', { cacheKey: 'k' })])
  const id = await submit(bench, [step('echo b > /b'), step('sleep 1.5; cat /b', { buildsIn: 0 })])
  const running = await settled(bench, id, ({ jobs }) => jobs[1]?.state === 'running')
  const has = async (snapshot: string | null | undefined) => (await driver.snapshots.get(snapshot ?? '')) !== undefined
  const kept = [ended.jobs[0], ended.jobs[2], running.jobs[0]].map((job) => job?.snapshot)
  expect(await Promise.all(kept.map(has))).toEqual([true, true, true])
  const options = { store, snapshots: driver.snapshots, cacheBytes: 1024 ** 3, log: console.error, everyMs: 50 }
  const pinning = collectRegularly(options)
  pinning.start()
  await expect.poll(() => Promise.all(kept.map(has)), { timeout: 300 }).toEqual([true, true, true])
  await pinning.stop()
  const collecting = collectRegularly({ ...options, pinnedMs: 0 })
  collecting.start()
  await expect.poll(() => Promise.all(kept.map(has)), { timeout: 2_000 }).toEqual([false, true, true])
  expect((await settled(bench, id)).state).toBe('passed')
  await collecting.stop()
})
