import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attemptParts, isWait, type TimedAttempt } from './attempt-parts.ts'
import { criticalPath, type PathPart, type TimedBuild } from './critical-path.ts'
import { lostKinds, sharesOf, shareWords, sumsOf } from './shares.ts'

const plain: Omit<TimedAttempt, 'id' | 'step'> = {
  attempt: 1,
  after: [],
  hasPassed: true,
  isLost: false,
  isInGroup: false,
  readyAt: 0,
  delayMs: 0,
  assignedAt: 0,
  startedAt: 0,
  finishedAt: null,
  phases: [],
}

function attempt(step: string, times: Partial<TimedAttempt>): TimedAttempt {
  const given = { ...plain, ...times }
  return { ...given, id: `${step}#${given.attempt}`, step }
}

function build(attempts: readonly TimedAttempt[], more: Partial<TimedBuild> = {}): TimedBuild {
  return { from: 0, approvedAt: null, hasGroup: false, attempts, ...more }
}

const words = (path: readonly PathPart[]) =>
  path.map(({ kind, from, to, attempt: of }) => `${kind}${of === null ? '' : ` ${of.step}`} ${from}-${to}`)

test('G133 the parts of an attempt follow one another without gaps', () => {
  const phases = [
    { name: 'fetch', from: 12, to: 20 },
    { name: 'source', from: 20, to: 26 },
    { name: 'sandbox', from: 20, to: 29 },
    { name: 'artifacts', from: 51, to: 60 },
    { name: 'snapshot', from: 60, to: 64 },
  ]
  const parts = attemptParts(attempt('a', { readyAt: 0, assignedAt: 10, startedAt: 30, finishedAt: 50, phases }), 99)
  expect(parts.map(({ kind, from, to }) => `${kind} ${from}-${to}`)).toEqual([
    'queue 0-10',
    'start 10-12',
    'fetch 12-20',
    'source 20-26',
    'sandbox 26-29',
    'start 29-30',
    'command 30-50',
    'artifacts 50-60',
    'snapshot 60-64',
  ])
})

test('an attempt that was lost, waits or was cached has the parts given by its instants', () => {
  const kinds = (times: Partial<TimedAttempt>) =>
    attemptParts(attempt('a', times), 40).map(({ kind, from, to }) => `${kind} ${from}-${to}`)
  // The first lease started at 5 and was lost; the newest began at 20.
  expect(kinds({ readyAt: 15, assignedAt: 20, startedAt: 5, finishedAt: 30, isLost: true })).toEqual([
    'queue 15-20',
    'command 20-30',
  ])
  expect(kinds({ assignedAt: null, startedAt: null, delayMs: 30 })).toEqual(['delay 0-30', 'queue 30-40'])
  expect(kinds({ isInGroup: true, assignedAt: 10, startedAt: null })).toEqual(['group 0-10', 'start 10-40'])
  const looked = [{ name: 'fetch', from: 1, to: 9 }]
  expect(kinds({ startedAt: null, finishedAt: 9, phases: looked })).toEqual(['start 0-1', 'fetch 1-9'])
  expect(kinds({ readyAt: null, assignedAt: null, startedAt: null })).toEqual([])
})

test('the path goes through the latest ends, and a child waits until its parent’s files are kept', () => {
  const snapshot = [{ name: 'snapshot', from: 40, to: 45 }]
  const path = criticalPath(
    build([
      attempt('deps', { readyAt: 2, assignedAt: 5, startedAt: 5, finishedAt: 40, phases: snapshot }),
      attempt('lint', { after: ['deps'], readyAt: 40, assignedAt: 46, startedAt: 46, finishedAt: 50 }),
      attempt('test', { after: ['deps'], readyAt: 40, assignedAt: 60, startedAt: 61, finishedAt: 100 }),
      attempt('deploy', { after: ['lint', 'test'], readyAt: null, assignedAt: null, startedAt: null }),
    ]),
    200,
  )
  expect(words(path)).toEqual([
    'other 0-2',
    'queue deps 2-5',
    'command deps 5-40',
    'snapshot deps 40-45',
    'queue test 45-60',
    'start test 60-61',
    'command test 61-100',
  ])
  expect(sharesOf(path).slice(0, 3)).toEqual([
    { kind: 'command', step: 'test', ms: 39 },
    { kind: 'command', step: 'deps', ms: 35 },
    { kind: 'queue', step: null, ms: 18 },
  ])
})

test('approval, place in the group, rendering, retries and lost runners are named on the path', () => {
  const render = attempt('render', { isRender: true, readyAt: 30, assignedAt: 30, startedAt: 31, finishedAt: 40 })
  const [first, second, third] = [
    attempt('a', { readyAt: 40, assignedAt: 40, startedAt: 42, finishedAt: 50, hasPassed: false }),
    attempt('a', {
      attempt: 2,
      readyAt: 50,
      delayMs: 5,
      assignedAt: 56,
      startedAt: 56,
      finishedAt: 60,
      hasPassed: false,
    }),
    // A person retried at 70; the first runner of that attempt was lost, and it waited again from
    // 80.
    attempt('a', { attempt: 3, readyAt: 70, assignedAt: 80, startedAt: 80, finishedAt: 90 }),
  ]
  const held = build([render, first, second, third], { approvedAt: 20, hasGroup: true })
  expect(words(criticalPath(held, 0))).toEqual([
    'approval 0-20',
    'place 20-30',
    'start render 30-31',
    'render render 31-40',
    'failed a 40-42',
    'failed a 42-50',
    'delay a 50-55',
    'queue a 55-56',
    'failed a 56-60',
    'idle a 60-70',
    'queue a 70-80',
    'command a 80-90',
  ])
  expect(sharesOf(criticalPath(held, 0)).map(({ kind }) => kind)).not.toContain('idle')
  const lost = attempt('a', { readyAt: 80, assignedAt: 80, startedAt: 5, finishedAt: 90, isLost: true })
  expect(words(criticalPath(build([lost]), 0))).toEqual(['lost a 0-80', 'command a 80-90'])
  // A passed prerequisite ran again, because its files were lost.
  const again = [
    attempt('b', { finishedAt: 10 }),
    attempt('b', { attempt: 2, readyAt: 30, assignedAt: 30, startedAt: 30, finishedAt: 35 }),
  ]
  expect(words(criticalPath(build(again), 0))).toEqual(['lost b 0-10', 'idle b 10-30', 'command b 30-35'])
})

test('G133 the path of any build has no gaps, and the sum of its parts is the time of the build', () => {
  const shape = fc.record({
    waits: fc.nat(20),
    works: fc.nat(50),
    keeps: fc.nat(9),
    fails: fc.nat(2),
    after: fc.array(fc.nat(8), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 9 }), (shapes) => {
      const ends: number[] = []
      const attempts = shapes.flatMap(({ waits, works, keeps, fails, after }, index) => {
        const before = [...new Set(after.filter((other) => other < index))]
        let ready = Math.max(3, ...before.map((other) => ends[other] ?? 0))
        return Array.from({ length: fails + 1 }, (_, turn) => {
          const assignedAt = ready + waits
          const finishedAt = assignedAt + 1 + works
          const phases = keeps > 0 ? [{ name: 'snapshot', from: finishedAt, to: finishedAt + keeps }] : []
          const times = { readyAt: ready, assignedAt, startedAt: assignedAt + 1, finishedAt, phases }
          const made = { attempt: turn + 1, after: before.map(String), hasPassed: turn === fails, ...times }
          ready = finishedAt
          ends[index] = finishedAt
          return attempt(String(index), made)
        })
      })
      const path = criticalPath(build(attempts), 0)
      const end = Math.max(...attempts.map(({ finishedAt, phases }) => phases[0]?.to ?? finishedAt ?? 0))
      expect(path[0]?.from).toBe(0)
      expect(path.at(-1)?.to).toBe(end)
      for (const [index, part] of path.entries()) if (index > 0) expect(part.from).toBe(path[index - 1]?.to)
      expect([...sumsOf(path).values()].reduce((sum, ms) => sum + ms, 0)).toBe(end)
    }),
  )
})

test('a share is named by its step, a failed attempt by step and kind, and any other by its kind; waits differ from work', () => {
  const words = (kind: (typeof lostKinds)[number] | 'command', step: string | null = null) =>
    shareWords({ kind, step }, (key) => `<${key}>`)
  expect([words('command', 'a'), words('failed', 'a')]).toEqual(['<a>', 'failed attempts of <a>'])
  expect([words('queue'), words('fetch')]).toEqual(['waiting for a runner', 'restoring files'])
  expect(lostKinds.filter(isWait)).toEqual(['queue', 'group', 'approval', 'place', 'delay', 'other'])
})
