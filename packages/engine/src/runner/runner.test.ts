import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bench, logOf, openBench, settled, step, submit } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('runs the command of a step and keeps what it wrote, both streams, in order', async () => {
  const id = submit(bench, [
    step('echo out; sleep 0.1; echo err >&2; sleep 0.1; printf "$A$HOME$HARMONT_STEP_KEY"', { env: { A: 'ä' } }),
  ])
  const { state, jobs } = await settled(bench, id)
  expect(await logOf(bench, jobs[0])).toBe('out\nerr\nä/roots0')
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ state: 'passed', exitCode: 0, attempt: 1 })
})
