import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiProblem, describeProblem } from '../../api/problem.ts'
import type { Schema } from '../../api/schemas.ts'
import { StderrLines } from './stderr-lines.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Returns a page of lines, of which every tenth line of the log is one of stderr. */
function pageOf(from: number, count: number): Schema<'LogPage'> {
  const lines = Array.from({ length: count }, (_, at) => [0, (from + at) % 10 === 0 ? 1 : 0, 'text', 0])
  return { from, sgr: '', t0: null, lines, total_lines: from - 1 + count, complete: false }
}

const problem = (status: number) => new ApiProblem(describeProblem(status, new Headers(), null))

test('web L11 a page that could not be read is read again, so that the list of stderr becomes whole', async () => {
  const asked: number[] = []
  let isBroken = true
  const found = new StderrLines(
    (from) => {
      asked.push(from)
      return isBroken && from > 1 ? Promise.reject(problem(502)) : Promise.resolve(pageOf(from, 20))
    },
    () => undefined,
  )
  found.readTo(40)
  await vi.advanceTimersByTimeAsync(0)
  expect([asked, found.looked, found.lines]).toEqual([[1, 21], 20, [10, 20]])
  await vi.advanceTimersByTimeAsync(3000)
  expect(asked).toEqual([1, 21, 21])
  isBroken = false
  await vi.advanceTimersByTimeAsync(3000)
  expect([asked, found.looked, found.lines]).toEqual([[1, 21, 21, 21], 40, [10, 20, 30, 40]])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(4)
})

test('web L11 a log that grows faster than a page is read neither aborts nor repeats the read', async () => {
  const asked: { readonly from: number; readonly signal: AbortSignal; readonly done: (count: number) => void }[] = []
  const found = new StderrLines(
    (from, signal) =>
      new Promise((resolve) => asked.push({ from, signal, done: (count) => resolve(pageOf(from, count)) })),
    () => undefined,
  )
  for (let lines = 100; lines <= 110; lines++) found.readTo(lines)
  expect(asked.map(({ from, signal }) => [from, signal.aborted])).toEqual([[1, false]])
  asked[0]?.done(105)
  await vi.advanceTimersByTimeAsync(0)
  expect([found.looked, asked.map(({ from }) => from)]).toEqual([105, [1, 106]])
  found.stop()
  expect(asked[1]?.signal.aborted).toBe(true)
  asked[1]?.done(5)
  await vi.advanceTimersByTimeAsync(0)
  expect(found.looked).toBe(105)
  found.readTo(110)
  expect(asked.map(({ from }) => from)).toEqual([1, 106, 106])
})
