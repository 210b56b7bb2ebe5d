import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryStore, type MemoryStore } from '../memory/memory-store.ts'
import type { StoreSettings } from '../store-settings.ts'
import { type Bench, logOf, openBench, settled, step, submit } from './runner.test-support.ts'

/** Delays reports of starts, as if the runner stalled between a start and its report. */
const mayStart = Promise.withResolvers<void>()
let asked = 0
function slowToStart(settings: Partial<StoreSettings>): MemoryStore {
  const store = createMemoryStore(settings)
  const apply: typeof store.builds.apply = async (buildId, events) => {
    if (events.some(({ type }) => type === 'started')) {
      asked += 1
      await mayStart.promise
    }
    return store.builds.apply(buildId, events)
  }
  return { ...store, builds: { ...store.builds, apply } }
}

let bench: Bench
beforeAll(async () => {
  bench = await openBench({ runner: { slots: 3 }, store: slowToStart })
})
afterAll(() => bench.close())

test('G01 a command that may run only once does not begin before its start is recorded', async () => {
  bench.secrets.set('key', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/key' })
  const id = await submit(bench, [
    step('echo up', { secrets: { KEY: 'key' } }),
    step('echo up', { concurrency: { group: 'deploy', limit: 1, scope: 'pipeline' } }),
    step('echo up'),
  ])
  const logs = async () => {
    const jobs = await bench.store.builds.jobs(id)
    return Promise.all(jobs.map((job) => logOf(bench, job)))
  }
  await expect.poll(logs).toEqual(['', '', 'up\n'])
  const notBegun = async () => {
    const adopted = await Promise.all((await bench.driver.list()).map((handle) => bench.driver.adopt(handle)))
    const running = await Promise.all(adopted.map((sandbox) => sandbox?.running()))
    return running.filter((command) => command === undefined).length
  }
  await expect.poll(() => asked).toBe(3)
  expect(await notBegun()).toBe(2)
  expect(await logs()).toEqual(['', '', 'up\n'])
  mayStart.resolve()
  const { state } = await settled(bench, id)
  expect([state, await logs()]).toEqual(['passed', ['up\n', 'up\n', 'up\n']])
})
