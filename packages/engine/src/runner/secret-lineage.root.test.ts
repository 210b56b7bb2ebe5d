import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BuildContext } from '../store.ts'
import { type Bench, logOf, openBench, run, step } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const token = 'tok-7Hq2vLx9Zr4mWc8d'
const trusted = (namespace: string): Partial<BuildContext> => ({
  trust: 'trusted',
  cache: { read: [namespace], write: namespace },
})
/**
 * A context like that of a fork, which reads the results of trusted builds and stores its own
 * separately.
 */
const fork = (namespace: string): Partial<BuildContext> => ({
  trust: 'fork',
  cache: { read: [`${namespace}/fork`, namespace], write: `${namespace}/fork` },
})
const leave = 'echo "$TOKEN" > ~/.token'
const look = 'cat ~/.token'

function define(value: string, id = 'org/token'): void {
  bench.secrets.clear()
  bench.secrets.set('token', { value, id })
}

test('G26 a fork with the same keys does not see a secret left by a trusted step', async () => {
  define(token)
  const steps = [
    step(leave, { secrets: { TOKEN: 'token' }, cacheKey: 'k' }),
    step(look, { buildsIn: 0, cacheKey: 'l' }),
  ]
  const first = await run(bench, steps, trusted('a'))
  expect(first.jobs.map(({ cached }) => cached)).toEqual([false, false])
  expect((await run(bench, steps, trusted('a'))).jobs.map(({ cached }) => cached)).toEqual([true, true])
  const forked = await run(bench, steps, fork('a'))
  expect(forked.jobs.map(({ cached, state }) => [cached, state])).toEqual([
    [false, 'passed'],
    [false, 'passed'],
  ])
  expect(await logOf(bench, forked.jobs[1])).toBe('\n')
  // A fork finds its own results, and no other build does.
  expect((await run(bench, steps, fork('a'))).jobs.map(({ cached }) => cached)).toEqual([true, true])
  const again = await run(bench, steps, trusted('a'))
  expect(again.jobs.map(({ snapshot }) => snapshot)).toEqual(first.jobs.map(({ snapshot }) => snapshot))
})

test('a fork finds results of trusted builds that were made without secrets', async () => {
  const steps = [step('echo made > /made', { cacheKey: 'k' }), step('cat /made', { buildsIn: 0 })]
  await run(bench, steps, trusted('b'))
  const { jobs } = await run(bench, steps, fork('b'))
  expect(jobs.map(({ cached }) => cached)).toEqual([true, false])
  expect(await logOf(bench, jobs[1])).toBe('made\n')
})

test('G26 a secret does not leak through steps without kept results, even if their changes are the same', async () => {
  // The file is the same with or without a token, so the key of the last step is the same.
  const steps = [
    step('echo same > /same', { secrets: { TOKEN: 'token' } }),
    step('echo between > /between', { buildsIn: 0 }),
    step('cat /same', { buildsIn: 1, cacheKey: 'k' }),
  ]
  define(token)
  expect((await run(bench, steps, trusted('c'))).jobs[2]?.cached).toBe(false)
  expect((await run(bench, steps, trusted('c'))).jobs[2]?.cached).toBe(true)
  expect((await run(bench, steps, fork('c'))).jobs[2]?.cached).toBe(false)
})

test('G26 a build without the secret, or with another one of that name, misses, but a new value of the same secret hits', async () => {
  const parent = step(leave, { secrets: { TOKEN: 'token' }, cacheKey: 'k' })
  const cachedWith = async (value: string, id?: string) => {
    define(value, id)
    return (await run(bench, [parent], trusted('d'))).jobs[0]?.cached
  }
  expect(await cachedWith(token)).toBe(false)
  expect(await cachedWith(`${token}-new`)).toBe(true)
  expect(await cachedWith(token, 'pipeline/token')).toBe(false)
  bench.secrets.clear()
  expect((await run(bench, [parent], trusted('d'))).jobs[0]).toMatchObject({
    errorCode: 'secret_missing',
    cached: false,
  })
})

test('G26 a step does not start from a file system with secrets that its build has lost', async () => {
  const steps = [step(leave, { secrets: { TOKEN: 'token' } }), step(look, { buildsIn: 0 })]
  define(token)
  const { jobs } = await run(bench, steps, trusted('e'))
  expect(await logOf(bench, jobs[1])).toBe('***\n')
  let ready = 0
  const unsubscribe = bench.store.changes.onReady(() => {
    ready += 1
    // The first call is for the first step, and the second call for the second step.
    if (ready === 2) bench.secrets.clear()
  })
  const lost = await run(bench, steps, trusted('e'))
  unsubscribe()
  expect(lost.jobs.map(({ state }) => state)).toEqual(['passed', 'failed'])
  expect(lost.jobs[1]).toMatchObject({ errorCode: 'provision_failed' })
  expect(lost.jobs[1]?.errorMessage).toContain('secrets')
})
