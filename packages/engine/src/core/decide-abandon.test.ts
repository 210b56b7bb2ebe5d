import { expect, test } from 'vitest'
import { scene, sceneFrom } from './build-fixture.test-support.ts'
import { plainPlan } from './random-plan.test-support.ts'

const day = 24 * 3_600_000

/** Advances the clock without an event, then abandons the build. */
function abandon(
  it: ReturnType<typeof scene>,
  afterMs = 3 * day,
  reasons: Readonly<Record<string, string>> = {},
): boolean {
  it.at += afterMs
  return it.play({ type: 'abandon', at: it.at, since: it.at - 3 * day, reasons }).taken
}

test('G17 a build that no runner takes is abandoned: ready jobs fail, waiting ones are skipped, and both state the reason', () => {
  const it = scene([{}, { buildsIn: 0 }, {}])
  expect(abandon(it, 4 * day, { [it.job(0).id]: 'No runner took it.' })).toBe(true)
  expect(it.states()).toBe('failed skipped failed')
  expect(it.job(0)).toMatchObject({
    errorCode: 'build_abandoned',
    errorMessage: 'Abandoned after 96 hours without progress. No runner took it.',
    startedAt: null,
    exitCode: null,
  })
  expect(it.live.header).toMatchObject({
    state: 'failed',
    errorCode: 'build_abandoned',
    finishedAt: it.at,
    deadlineAt: null,
  })
  expect(it.live.header.errorMessage).toBe(it.job(0).errorMessage)
  expect(it.effects.map(({ type }) => type)).toContain('build_ended')
})

test('an abandoned job fails even if its step allows failures, and is not retried automatically', () => {
  const retry = { limit: 5, delaySeconds: 0 }
  const it = scene([
    { softFail: true, retry },
    { dependsOn: [0], continueOnFailure: true },
  ])
  expect(abandon(it)).toBe(true)
  expect(it.states()).toBe('failed failed')
  expect(it.live.jobs.map(({ attempt, softFailed }) => [attempt, softFailed])).toEqual([
    [1, false],
    [1, false],
  ])
  expect(it.job(1).errorMessage).toContain('A job that it waited for was abandoned.')
  expect(it.live.header.state).toBe('failed')
})

test('G17 a build is not abandoned while it runs, after a recent change, or while it waits for its time, approval or group', () => {
  const leased = scene([{}, {}])
  leased.lease(0)
  expect(abandon(leased)).toBe(false)
  leased.start(0)
  expect(abandon(leased)).toBe(false)
  leased.end(0)
  expect(abandon(leased, 3 * day - 1)).toBe(false)
  expect(abandon(leased, 1)).toBe(true)
  expect(leased.states()).toBe('passed failed')

  const delayed = scene([{ retry: { limit: 1, delaySeconds: (7 * day) / 1000 } }])
  delayed.run(0, 1)
  expect(abandon(delayed, 7 * day)).toBe(false)
  expect(abandon(delayed, 3 * day - 1)).toBe(false)
  expect(abandon(delayed, 1)).toBe(true)

  const plan = plainPlan([{}])
  const held = sceneFrom({ kind: 'plan', plan, conditions: [true] }, true)
  expect(abandon(held, 9 * day)).toBe(false)
  const group = { key: 'k', name: 'deploy', limit: 1, whenFull: 'queue' } as const
  const waiting = sceneFrom({ kind: 'plan', plan, conditions: [true], group })
  expect(waiting.live.header.awaitsPlace).toBe(true)
  expect(abandon(waiting, 9 * day)).toBe(false)
  waiting.play({ type: 'admit', at: waiting.at })
  expect(abandon(waiting, 3 * day)).toBe(true)
  // The next build of the group gets its turn.
  expect(waiting.effects.at(-1)).toEqual({ type: 'group_due', key: 'k' })
})

test('a rendering job that no runner takes ends its build', () => {
  const it = sceneFrom({ kind: 'render' })
  expect(abandon(it, 3 * day, { [it.job(-1).id]: 'No runner took it.' })).toBe(true)
  expect(it.job(-1)).toMatchObject({ state: 'failed', errorCode: 'build_abandoned' })
  expect(it.live.header).toMatchObject({ state: 'failed', errorCode: 'build_abandoned' })
  expect(it.live.header.errorMessage).toMatch(/No runner took it\.$/)
})

test('a job that should be ready but is not does not keep its build open forever', () => {
  const it = scene([{}])
  const [job] = it.live.jobs
  if (job === undefined) throw new Error('no job')
  it.live.jobs[0] = { ...job, state: 'pending', scheduledAt: null }
  expect(abandon(it)).toBe(true)
  expect(it.job(0).errorMessage).toContain('it was never started')
})

test('an abandoned build can be retried, and its jobs that never began wait again', () => {
  const it = scene([{}, { dependsOn: [0], continueOnFailure: true }, { buildsIn: 0 }])
  abandon(it)
  expect(it.states()).toBe('failed failed skipped')
  expect(abandon(it)).toBe(false)
  expect(it.play({ type: 'retry', job: it.job(0).id, at: it.at }).taken).toBe(true)
  expect(it.states()).toBe('scheduled pending pending')
  expect(it.live.header).toMatchObject({ state: 'running', errorCode: null, errorMessage: null, finishedAt: null })
  it.run(0)
  it.run(1)
  it.run(2)
  expect(it.live.header.state).toBe('passed')
})
