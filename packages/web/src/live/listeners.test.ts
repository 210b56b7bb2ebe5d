import { expect, test } from 'vitest'
import { ApiProblem, describeProblem } from '../api/problem.ts'
import { keyOfTopic, lineOfTopic, topicsOfEvent } from './events.ts'
import { type Listener, Listeners } from './listeners.ts'
import { pollInterval } from './poll-interval.ts'

function listener(topic: string, cursor: string | null = null, organization = 'acme'): Listener {
  return { topic, cursor, organization, onEvent: () => {} }
}

function logLines(job_id: string, from: number, count: number) {
  const lines = Array.from({ length: count }, () => [])
  return {
    type: 'log' as const,
    job_id,
    from,
    lines,
    sgr: '',
    t0: null,
    groups: [],
    errors: [],
    remarks: [],
    total_lines: 0,
    complete: false,
  }
}

test("web D1 the components of a tab share one list of topics without duplicates, for the page's organization", () => {
  const all = new Listeners()
  for (const one of [
    listener('builds', null, 'old'),
    listener('log:a@7'),
    listener('build:ci/1'),
    listener('build:ci/1', '42'),
  ])
    all.add(one)
  expect([all.organization(), all.wanted()]).toEqual([
    'acme',
    [
      { key: 'build:ci/1', line: 1, cursor: '42' },
      { key: 'log:a', line: 7, cursor: null },
    ],
  ])
})

test('a followed log continues at its last line, which may have grown, and restarts after a time without followers', () => {
  const all = new Listeners()
  const one = listener('log:a@7')
  all.add(one)
  all.note(logLines('a', 7, 100))
  expect(all.wanted()).toEqual([{ key: 'log:a', line: 106, cursor: null }])
  all.remove(one)
  all.add(listener('log:a@50'))
  expect(all.wanted()).toEqual([{ key: 'log:a', line: 50, cursor: null }])
})

test('an ended topic is not requested again until somebody follows it', () => {
  const all = new Listeners()
  const one = listener('build:ci/1')
  all.add(one)
  all.note({ type: 'end', topic: 'build:ci/1' })
  expect(all.wanted()).toEqual([])
  all.remove(one)
  all.add(one)
  expect(all.wanted()).toHaveLength(1)
})

test('events map to their topics, and topics to their positions', () => {
  expect(topicsOfEvent({ type: 'end', topic: 'log:a@9' })).toEqual(['log:a'])
  expect(topicsOfEvent(logLines('a', 1, 0))).toEqual(['log:a'])
  expect(['builds', 'build:ci/1', 'log:a@12', 'log:a'].map(keyOfTopic)).toEqual([
    'builds',
    'build:ci/1',
    'log:a',
    'log:a',
  ])
  expect(['builds', 'log:a@12', 'log:a', 'log:a@0', 'log:a@x'].map(lineOfTopic)).toEqual([1, 12, 1, 1, 1])
})

test('web D3 pages poll only without events, less often in trouble, and never after a 404', () => {
  const problem = (status: number, seconds?: string) => {
    const headers = new Headers(seconds === undefined ? {} : { 'retry-after': seconds })
    return new ApiProblem(describeProblem(status, headers, null))
  }
  expect(pollInterval('live', 'build', null)).toBe(false)
  expect([pollInterval('polling', 'build', null), pollInterval('off', 'build', null)]).toEqual([2000, 15_000])
  expect([pollInterval('polling', 'list', null), pollInterval('off', 'list', null)]).toEqual([10_000, false])
  expect([404, 502].map((status) => pollInterval('polling', 'build', problem(status)))).toEqual([false, 30_000])
  expect(pollInterval('polling', 'list', problem(429, '90'))).toBe(90_000)
})
