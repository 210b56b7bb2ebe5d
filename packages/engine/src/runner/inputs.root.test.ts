import type { PlannedStep } from '@harmont/ir'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { type Bench, logOf, openBench, run, step } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const takes = (from: number, path: string, more: Partial<NonNullable<PlannedStep['inputs']>[number]> = {}) => ({
  inputs: [{ from, path, into: '', optional: false, ...more }],
  dependsOn: [from],
})
const cache = (namespace: string) => ({ cache: { read: [namespace], write: namespace } })

test('G65 a step gets files of another step of any root, beside those of the step that it builds in', async () => {
  const { state, jobs } = await run(bench, [
    step('mkdir dist; echo app > dist/app; echo no > other'),
    step('echo base > base'),
    step('cat base web/dist/app; ls; echo changed > web/dist/app', {
      buildsIn: 1,
      ...takes(0, 'dist/**', { into: 'web' }),
    }),
    step('cat dist/app; echo also > dist/app', takes(0, 'dist/**')),
    step('cat web/dist/app base', { buildsIn: 2 }),
  ])
  expect(state).toBe('passed')
  expect(await logOf(bench, jobs[2])).toBe('base\napp\nbase\nweb\n')
  expect(await logOf(bench, jobs[3])).toBe('app\n')
  expect(await logOf(bench, jobs[4])).toBe('changed\nbase\n')
})

test('G65 a failed step provides its files to a dependent that continues; missing files fail a step unless they are optional', async () => {
  const missing = takes(1, 'nothing/*.xml')
  const steps = [
    step('echo report > report; exit 3', { softFail: true }),
    step('true'),
    step('true'),
    step('cat report', { ...takes(0, 'report'), continueOnFailure: true }),
    step('true', { ...missing, softFail: true }),
    step('ls', takes(1, 'nothing/*.xml', { optional: true })),
    step('true', { ...takes(2, 'x'), softFail: true }),
    step('ls', takes(2, 'x', { optional: true })),
    step('true', { ...missing, softFail: true, retry: { limit: 1, delaySeconds: 0, reasons: ['input_missing'] } }),
    step('true', { ...missing, softFail: true, cacheKey: 'k' }),
  ]
  const conditions = steps.map((_, slot) => slot !== 2)
  const { jobs } = await run(bench, { kind: 'plan', plan: plainPlan(steps, null), conditions }, cache('missing'))
  expect(await logOf(bench, jobs[3])).toBe('report\n')
  expect(jobs[4]).toMatchObject({
    state: 'failed',
    errorCode: 'input_missing',
    errorMessage: 'The step s1 left no files that match the input "nothing/*.xml".',
    startedAt: null,
  })
  expect(jobs[5]).toMatchObject({ state: 'passed' })
  expect(jobs[6]).toMatchObject({
    errorCode: 'input_missing',
    errorMessage: 'The step s2 left no files for the input "x": it was skipped.',
  })
  expect(jobs[7]).toMatchObject({ state: 'passed' })
  expect(jobs[8]).toMatchObject({ state: 'failed', attempt: 2, errorCode: 'input_missing' })
  expect(jobs[9]).toMatchObject({ state: 'failed', errorCode: 'input_missing' })
})

test('G09 a cached step hits only if its input files are the same, whichever step made them', async () => {
  const steps = (content: string, mode = '644', into = '') => [
    step(`echo $(date +%N) > stamp; echo ${content} > gen; chmod ${mode} gen`),
    step('find . -name gen -exec cat {} +', { cacheKey: 'k', ...takes(0, 'gen', { into }) }),
  ]
  const hits = async (...args: Parameters<typeof steps>) =>
    (await run(bench, steps(...args), cache('content'))).jobs.map(({ cached }) => cached)
  expect(await hits('one')).toEqual([false, false])
  expect(await hits('one')).toEqual([false, true])
  expect(await hits('two')).toEqual([false, false])
  expect(await hits('two', '755')).toEqual([false, false])
  expect(await hits('two', '755', 'web')).toEqual([false, false])
  expect(await hits('one')).toEqual([false, true])
})

test('a step that builds in one with inputs hits only with the same inputs', async () => {
  const steps = (content: string) => [
    step(`echo ${content} > gen`),
    step('true', takes(0, 'gen')),
    step('cat gen', { buildsIn: 1, cacheKey: 'k' }),
  ]
  const hits = async (content: string) =>
    (await run(bench, steps(content), cache('below'))).jobs.map(({ cached }) => cached)
  expect(await hits('one')).toEqual([false, false, false])
  expect(await hits('one')).toEqual([false, false, true])
  expect(await hits('two')).toEqual([false, false, false])
})

test('G26 a result made from files with a secret is visible only to builds that have the secret', async () => {
  const token = 'tok-7Hq2vLx9Zr4mWc8d'
  const steps = [
    step('echo "$TOKEN" > token; echo same > same', { secrets: { TOKEN: 'token' } }),
    step('cat same; cat token || true', { cacheKey: 'k', ...takes(0, '*') }),
    step('cat token', { buildsIn: 1, cacheKey: 'l' }),
    // The file is the same with or without the secret, so the key is the same.
    step('cat same', { cacheKey: 'm', ...takes(0, 'same') }),
  ]
  bench.secrets.set('token', { value: token, id: 'org/token' })
  const first = await run(bench, steps, cache('secret'))
  expect(first.state).toBe('passed')
  expect(await logOf(bench, first.jobs[1])).toBe('same\n***\n')
  expect(await logOf(bench, first.jobs[2])).toBe('***\n')
  expect((await run(bench, steps, cache('secret'))).jobs.map(({ cached }) => cached)).toEqual([false, true, true, true])
  const fork = { ...cache('secret'), trust: 'fork' as const }
  const forked = await run(bench, steps, fork)
  expect(forked.jobs.map(({ cached }) => cached)).toEqual([false, false, false, false])
  bench.secrets.clear()
})

test('G26 a step does not get files with a secret that its build has lost', async () => {
  bench.secrets.set('token', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' })
  const steps = [step('echo "$TOKEN" > token', { secrets: { TOKEN: 'token' } }), step('cat token', takes(0, 'token'))]
  let ready = 0
  const unsubscribe = bench.store.changes.onReady(() => {
    ready += 1
    // The first call is for the first step, and the second call for the second step.
    if (ready === 2) bench.secrets.clear()
  })
  const lost = await run(bench, steps)
  unsubscribe()
  expect(lost.jobs[1]).toMatchObject({ state: 'failed', errorCode: 'provision_failed' })
  expect(lost.jobs[1]?.errorMessage).toMatch(/takes from s0 were made with secrets/)
})
