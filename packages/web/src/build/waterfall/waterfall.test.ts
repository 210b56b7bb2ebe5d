import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schema } from '../../api/schemas.ts'
import { pathSentence, piecesOf } from './describe-path.ts'
import { waterfallOf } from './rows.ts'
import { axisOf, place, scaleOf, zoomTo } from './scale.ts'

const zero = Date.parse('2026-01-01T00:00:00Z')
const instant = (ms: number | null) => (ms === null ? null : new Date(zero + ms).toISOString())

function step(id: string, more: Record<string, unknown>, startMs: number | null = null, endMs: number | null = null) {
  const times = { started_at: instant(startMs), finished_at: instant(endMs), scheduled_at: null, assigned_at: null }
  return {
    id,
    name: id,
    state: 'passed',
    attempt: 1,
    attempts: [],
    depends_on: [],
    soft_failed: false,
    ...times,
    ...more,
  }
}

function instants(scheduled: number, assigned: number, started: number, finished: number) {
  return {
    scheduled_at: instant(scheduled),
    assigned_at: instant(assigned),
    started_at: instant(started),
    finished_at: instant(finished),
  }
}

function build(steps: readonly unknown[], endMs: number | null) {
  const facts = { build: { created_at: instant(0), finished_at: instant(endMs) }, jobs: steps }
  return waterfallOf(facts as unknown as Schema<'BuildView'>, zero + 300_000)
}

const named = (step: string) => step

test('web B11 the critical path is the chain that decided the end, and a sentence states its shares', () => {
  const fall = build(
    [
      step('install', {}, 0, 40_000),
      step('lint', { builds_in: 'install' }, 40_000, 60_000),
      step('build', { builds_in: 'install' }, 40_000, 102_000),
      step('test', { depends_on: ['build', 'lint'] }, 110_000, 244_000),
      step('skipped', { depends_on: ['test'], state: 'skipped' }),
    ],
    244_000,
  )
  expect(fall.path.map(({ kind, attempt }) => `${kind} ${attempt?.step}`)).toEqual([
    'command install',
    'command build',
    'other test',
    'command test',
  ])
  expect(pathSentence(fall.path, named)).toBe('4 m 04 s: 55% test, 25% build, 16% install, 3% between steps')
  expect(pathSentence([], named)).toBe('')
})

test('web B11 the critical path names the waits of its steps, and their failed attempts', () => {
  const attempts = [
    { number: 1, job_id: 'build0', cause: 'first', state: 'failed', ...instants(0, 50_000, 52_000, 60_000) },
    { number: 2, job_id: 'build', cause: 'policy', state: 'passed', ...instants(60_000, 75_000, 76_000, 96_000) },
  ]
  const phases = [{ name: 'fetch', started_at: instant(75_000), ms: 1000 }]
  const newest = { attempts, attempt: 2, ...instants(60_000, 75_000, 76_000, 96_000), phases }
  const retried = { ...newest, retry_policy: { limit: 1, delay_seconds: 5 } }
  const { path, rows } = build([step('build', retried, 76_000, 96_000)], 96_000)
  expect(pathSentence(path, named)).toBe(
    '1 m 36 s: 63% waiting for a runner, 21% build, 10% failed attempts of build, 5% waiting to try again, 1% other',
  )
  expect(rows.map(({ jobId, parts }) => [jobId, parts.map(({ kind }) => kind)])).toEqual([
    ['build0', ['queue', 'start', 'command']],
    ['build', ['delay', 'queue', 'fetch', 'command']],
  ])
})

test('web B11 a path of thousands of short parts is drawn as a few pieces of the same total length', () => {
  const chain = Array.from({ length: 3_000 }, (_, index) =>
    step(`s${index}`, { depends_on: index === 0 ? [] : [`s${index - 1}`] }, index * 10, (index + 1) * 10),
  )
  const { path } = build([...chain, step('last', { depends_on: ['s2999'] }, 30_000, 60_000)], 60_000)
  const pieces = piecesOf(path)
  expect(pieces.map(({ kind, ms }) => [kind, ms])).toEqual([
    [null, 30_000],
    ['command', 30_000],
  ])
})

test('web B11 an idle hour is cut and named on the axis; work keeps its proportions', () => {
  const waited = { scheduled_at: instant(60_000), assigned_at: instant(3_660_000), builds_in: 'a' }
  const { rows, lengthMs } = build([step('a', {}, 0, 60_000), step('b', waited, 3_662_000, 3_722_000)], 3_722_000)
  const scale = scaleOf(rows, lengthMs)
  const widthOf = ({ from, to }: { readonly from: number; readonly to: number }) =>
    place(to, scale) - place(from, scale)
  expect(scale.cuts).toEqual([{ from: 60_000, to: 3_660_000 }])
  expect(widthOf({ from: 60_000, to: 3_660_000 })).toBeLessThan(5)
  const [first = 0, second = 0] = rows.map(({ running }) => (running === null ? 0 : widthOf(running)))
  expect(first).toBeGreaterThan(45)
  expect(second).toBeCloseTo(first)
  expect([place(0, scale), place(lengthMs, scale)]).toEqual([0, 100])
  expect(axisOf(scale, 3)).toEqual([
    { at: 0, text: '0 s', isCut: false },
    { at: 60_000, text: '1 h idle', isCut: true },
    { at: 3_720_000, text: '1 h 02 m', isCut: false },
  ])
})

test('web B11 waits beside running steps, waits of seconds, and a build that has not run are not cut', () => {
  const late = { scheduled_at: instant(0), assigned_at: instant(90_000) }
  const busy = build([step('a', {}, 0, 90_000), step('b', late, 91_000, 100_000)], 100_000)
  expect(scaleOf(busy.rows, busy.lengthMs).cuts).toEqual([])
  const brief = build([step('a', {}, 2000, 2200)], 2200)
  expect(scaleOf(brief.rows, brief.lengthMs).cuts).toEqual([])
  const waiting = build([step('a', { state: 'scheduled', scheduled_at: instant(0) })], null)
  expect(scaleOf(waiting.rows, waiting.lengthMs).cuts).toEqual([])
})

test('web B11 each attempt has a row with its waiting, starting and running time', () => {
  const attempts = [
    { number: 1, job_id: 'a0', state: 'failed', started_at: instant(1000), finished_at: instant(2000) },
    { number: 2, job_id: 'a', state: 'running' },
  ]
  const running = { attempt: 2, attempts, state: 'running', scheduled_at: instant(2000), assigned_at: instant(2500) }
  const { rows, lengthMs } = build([step('a', running, 3000)], null)
  expect(lengthMs).toBe(300_000)
  expect(rows).toMatchObject([
    { jobId: 'a0', stepId: 'a', attempt: 1, attempts: 2, running: { from: 1000, to: 2000 } },
    { jobId: 'a', attempt: 2, running: { from: 3000, to: 300_000 } },
  ])
})

test('a late retry leaves no gap: 50 s, then 18 s after a pause of 35 minutes, are drawn as 68 s', () => {
  const end = 2_168_000
  const attempts = [
    { number: 1, job_id: 'a0', cause: 'first', state: 'failed', started_at: instant(0), finished_at: instant(50_000) },
    { number: 2, job_id: 'a', cause: 'manual', started_at: instant(2_151_000), finished_at: instant(end) },
  ]
  const again = { attempt: 2, attempts, scheduled_at: instant(2_150_000), assigned_at: instant(2_151_000) }
  const other = [{ number: 1, job_id: 'b', cause: 'first', started_at: instant(0), finished_at: instant(40_000) }]
  const { rows, lengthMs } = build([step('a', again, 2_151_000, end), step('b', { attempts: other }, 0, 40_000)], end)
  expect(lengthMs).toBe(68_000)
  expect(rows.map(({ running }) => running)).toEqual([
    { from: 0, to: 50_000 },
    { from: 51_000, to: 68_000 },
    { from: 0, to: 40_000 },
  ])
})

test('web X1 a build without jobs or instants is drawn empty without an error', () => {
  const { rows } = build([{ id: 'x', state: 'new-state' }], null)
  expect(rows).toMatchObject([{ name: 'step', state: 'new-state', running: null, attempt: 1 }])
  expect(build(undefined as never, null).rows).toEqual([])
  expect(build([], 5).path).toEqual([])
})

test('the axis has a few round times within its range', () => {
  fc.assert(
    fc.property(fc.nat(1e8), fc.integer({ min: 1, max: 1e8 }), (from, length) => {
      const scale = { from, to: from + length, cuts: [], cutMs: 0 }
      const places = axisOf(scale, 8).map(({ at }) => place(at, scale))
      expect(places.length).toBeLessThanOrEqual(9)
      for (const at of places) expect(at >= 0 && at <= 100).toBe(true)
    }),
  )
})

test('zooming shows a whole run', () => {
  const { rows, lengthMs } = build([step('a', {}, 50_000, 60_000)], 100_000)
  const whole = scaleOf(rows, lengthMs)
  expect(zoomTo(rows[0], whole)).toMatchObject({ from: 48_500, to: 61_500 })
  expect(zoomTo(undefined, whole)).toMatchObject({ from: 0, to: 100_000 })
})
