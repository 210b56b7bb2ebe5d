import { expect, test } from 'vitest'
import { ApiProblem, describeProblem, noAnswer } from '../api/problem.ts'
import { type QueryFacts, retryDelayMs, type Troubled, troubledOf, troubleOf as worstOf } from './trouble.ts'

const fine: QueryFacts = { data: {}, dataUpdatedAt: 1000, error: null, fetchFailureCount: 0, fetchFailureReason: null }
const queries = (states: readonly QueryFacts[]) => states.map((state, i) => ({ queryHash: String(i), state }))
const none: Troubled = new Map()
const troubleOf = (states: readonly QueryFacts[], isOnline: boolean) =>
  worstOf(troubledOf(none, queries(states)), isOnline)
const answered = (status: number, headers = {}) => new ApiProblem(describeProblem(status, new Headers(headers), null))

test('web A3 outages, server errors and too many requests affect shown data, unlike a refusal or a first failure', () => {
  expect(troubleOf([fine, { ...fine, error: answered(404) }, { ...fine, error: answered(401) }], true)).toBeNull()
  expect(troubleOf([{ ...fine, fetchFailureCount: 1, fetchFailureReason: noAnswer(null) }], true)).toBeNull()
  expect(troubleOf([{ ...fine, data: undefined, error: noAnswer(null) }], true)).toBeNull()
  expect(troubleOf([{ ...fine, fetchFailureCount: 2, fetchFailureReason: noAnswer(null) }], true)).toMatchObject({
    cause: 'silent',
  })
})

test("web A3 the worst cause is shown with the oldest age and the server's delay", () => {
  const busy = { ...fine, error: answered(429, { 'retry-after': '40' }) }
  const fault = { ...fine, dataUpdatedAt: 500, error: answered(502) }
  const silent = { ...fine, error: noAnswer(null) }
  expect(troubleOf([busy, fine], true)).toEqual({ cause: 'busy', status: 429, since: 1000, retryAfterMs: 40_000 })
  expect(troubleOf([busy, fault, fine], true)).toMatchObject({ cause: 'fault', status: 502, since: 500 })
  expect(troubleOf([busy, fault, silent], true)).toMatchObject({ cause: 'silent', status: 0, retryAfterMs: 40_000 })
  expect(troubleOf([silent], false)).toMatchObject({ cause: 'offline' })
  expect([0, 1, 4, 20].map((attempt) => retryDelayMs(attempt, 0))).toEqual([2000, 4000, 30_000, 30_000])
  expect(retryDelayMs(0, 40_000)).toBe(40_000)
})

test("web A3 a new attempt does not end the trouble, but an answer or leaving the query's page does", () => {
  const failed = { ...fine, fetchFailureCount: 2, fetchFailureReason: answered(502) }
  const before = troubledOf(none, queries([failed]))
  const after = (state: QueryFacts) => worstOf(troubledOf(before, queries([state])), true)
  expect(after(fine)).toEqual(worstOf(before, true))
  expect(after(fine)).toMatchObject({ cause: 'fault', status: 502 })
  expect(after({ ...fine, dataUpdatedAt: 2000 })).toBeNull()
  expect(after({ ...fine, error: answered(404) })).toBeNull()
  expect(worstOf(troubledOf(before, []), true)).toBeNull()
})
