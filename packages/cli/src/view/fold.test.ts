import { expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { fold, lastLines, stepOf } from './fold.ts'
import { newRun } from './run-model.ts'
import { events } from './story.test-support.ts'

const { queued, waiting, start, log, cacheHit, skipped, retry, end } = events

function runOf(told: readonly RunEvent[]) {
  const run = newRun()
  for (const event of told) fold(run, event)
  return run
}

test('counts every step in one state, whatever its history', () => {
  const run = runOf([
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => queued(key)),
    start('a'),
    cacheHit('b'),
    end('b', 'passed', 0),
    start('c'),
    retry('c', 1, 2),
    start('d'),
    end('d', 'failed', 5, { soft_failed: true }),
    skipped('e', 'because'),
    end('e', 'skipped', 0),
    start('f'),
    end('f', 'timed_out', 5),
    end('g', 'canceled', 0),
  ])
  expect(run.counts).toEqual({
    waiting: 2,
    running: 1,
    passed: 1,
    failed: 0,
    soft: 1,
    skipped: 1,
    canceled: 1,
    timed_out: 1,
  })
  expect(run.failures.map(({ key }) => key)).toEqual(['f'])
  expect(run.cached).toBe(1)
})

test('a retry clears the failure, and a new attempt starts with an empty log', () => {
  const told = [queued('a'), start('a'), log('a', 'old'), end('a', 'failed', 5), retry('a', 1, 2)]
  const run = runOf(told)
  expect(run.failures).toEqual([])
  expect(stepOf(run, 'id-a')).toMatchObject({ state: 'waiting', attempt: 2, attempts: 2, waitReason: 'retry_delay' })
  fold(run, start('a', 0, { attempt: 2 }))
  fold(run, log('a', 'new'))
  expect(lastLines(stepOf(run, 'id-a'))).toEqual(['new'])
})

test('an attempt with a different id belongs to the same step', () => {
  const again: RunEvent = { ...queued('a'), step_id: 'second job' } as RunEvent
  const run = runOf([queued('a'), start('a'), retry('a', 1, 2), again])
  fold(run, { ...start('a', 0, { attempt: 2 }), step_id: 'second job' } as RunEvent)
  expect(run.steps).toHaveLength(1)
  expect(stepOf(run, 'id-a').state).toBe('running')
})

test('keeps the last 50 lines of a failed step, none of a passed one, and the beginning of a long line', () => {
  const lines = Array.from({ length: 1234 }, (_, at) => log('a', `line ${at}`))
  const run = runOf([queued('a'), start('a'), ...lines, log('a', 'x'.repeat(10_000))])
  const kept = lastLines(stepOf(run, 'id-a'))
  expect(kept).toHaveLength(50)
  expect(kept[0]).toBe('line 1185')
  expect(kept.at(-1)).toBe(`${'x'.repeat(4096)} (cut)`)
  expect(stepOf(run, 'id-a').tail.length).toBeLessThan(100)
  fold(run, end('a', 'passed', 1))
  expect(stepOf(run, 'id-a').tail).toEqual([])
})

test('a wait reason ends when the step starts', () => {
  const run = runOf([queued('a'), waiting('a', 'runner')])
  expect(stepOf(run, 'id-a').waitReason).toBe('runner')
  fold(run, start('a'))
  expect(stepOf(run, 'id-a').waitReason).toBe(null)
})
