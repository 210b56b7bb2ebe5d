import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunFacts } from '../../records/run-record.ts'
import { makeProject, type Project, remainsOf, type Started, statesOf } from './project.test-support.ts'

/** Seconds of sleep, distinct from those of other tests. */
const nap = 100_000 + process.pid

let project: Project
beforeEach(() => {
  project = makeProject(`
import { forever, pipeline, scratch } from '@harmont/hm'
const base = scratch({ image: 'host' }).sh('echo base; date +%N > made', { key: 'base', cache: forever() })
export default { slug: 'ci', pipeline: pipeline([
  base.sh('cat made', { key: 'quick' }),
  base.sh('trap "" TERM; seq 1 3; sleep ${nap} & wait; wait', { key: 'long' }),
]) }`)
})
afterEach(() => project[Symbol.asyncDispose]())

test('the next run cleans up after a killed hm, and completes its record', async () => {
  const run = project.start('run', '-s', 'long', '--logs')
  await run.wrote('[long] 3')
  process.kill(pidOf(1), 'SIGKILL')
  await run.ended
  expect(remainsOf(project)).not.toEqual([])
  expect((await project.run('-s', 'quick')).code).toBe(0)
  await nothingRemains()
  expect((await project.hm('logs', '1', 'long')).stdout).toBe('1\n2\n3\n')
  expect(record(1)).toMatch(/"kind":"build_end".*"build_abandoned"/)
})

test.each([[['logs']], [['cache', 'ls']], [['cache', 'du']], [['cache', 'explain', 'base']]])(
  'hm %j removes the leftovers of a killed hm, and keeps the data of a running one',
  async (words) => {
    const run = project.start('run', '-s', 'long', '--logs')
    await run.wrote('[long] 3')
    expect(await project.hm(...words)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') })
    expect(run.child.exitCode).toBe(null)
    expect(sleepers()).toBe(1)
    process.kill(pidOf(1), 'SIGKILL')
    await run.ended
    expect(remainsOf(project)).not.toEqual([])
    expect((await project.hm(...words)).code).toBe(0)
    await nothingRemains()
    expect(record(1)).toMatch(/"kind":"build_end".*"build_abandoned"/)
  },
)

test('the next run also cleans up after a killed hm in another directory', async () => {
  const first = project.start('run', '-s', 'long', '--logs')
  await first.wrote('[long] 3')
  const second = project.start('run', '-s', 'long', '--logs')
  await second.wrote('[long] 3')
  expect(readdirSync(join(project.cache, 'local', 'engines'))).toEqual(['1', '2'])
  process.kill(pidOf(2), 'SIGKILL')
  await second.ended
  await interruptTwice(first)
  expect((await project.run('-s', 'quick')).code).toBe(0)
  await nothingRemains()
})

test('two concurrent runs find each other’s results, and neither removes data that the other needs', async () => {
  const long = project.start('run', '-s', 'long', '--logs')
  await long.wrote('[long] 3')
  const { code, events } = await project.run('-s', 'quick')
  expect([code, statesOf(events)]).toEqual([0, { base: 'cached', quick: 'passed' }])
  expect(await project.hm('cache', 'clean', '--all')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('another hm'),
  })
  expect(long.child.exitCode).toBe(null)
  expect(await interruptTwice(long)).toBe(130)
})

test('the second Ctrl-C exits at once, and no process of a step survives', async () => {
  const run = project.start('run', '-s', 'long', '--logs')
  await run.wrote('[long] 3')
  expect(await interruptTwice(run)).toBe(130)
  // The run did not wait for the end of the grace period.
  expect(run.text()).not.toContain('sent SIGKILL')
  await until(() => sleepers() === 0)
})

/**
 * Presses Ctrl-C twice, the second time after the step ignored the request to end. Returns the exit
 * code.
 */
async function interruptTwice({ child, wrote, ended }: Started): Promise<number | null> {
  child.kill('SIGINT')
  await wrote('sent SIGTERM, SIGKILL in')
  expect(child.exitCode).toBe(null)
  child.kill('SIGINT')
  return ended
}

/** Resolves when no remains of the project's sandboxes are left on the machine. */
async function nothingRemains(): Promise<void> {
  await until(
    () => remainsOf(project),
    ({ length }) => length === 0,
  )
}

/** Counts processes of the step `long`, of this test or an earlier one. */
function sleepers(): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8') === `sleep\0${nap}\0`
    } catch {
      return false // It has ended.
    }
  }).length
}

function pidOf(number: number): number {
  const facts = JSON.parse(
    readFileSync(join(project.cache, 'local', 'runs', String(number), 'run.json'), 'utf8'),
  ) as RunFacts
  return Number(facts.process.split(' ')[1])
}

function record(number: number): string {
  return readFileSync(join(project.cache, 'local', 'runs', String(number), 'events.jsonl'), 'utf8')
}
