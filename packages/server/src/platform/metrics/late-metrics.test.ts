import { expect, test } from 'vitest'
import type { AnsweredRequest } from '../http/index.ts'
import { lateMetrics } from './late-metrics.ts'

const answered: AnsweredRequest = { operationId: null, method: 'GET', status: 404, seconds: 0.1 }

/** Counts responses, and openings of the library. */
function counting() {
  const seen = { answers: 0, opened: 0 }
  const metrics = lateMetrics(async () => {
    seen.opened += 1
    return {
      observe() {
        seen.answers += 1
      },
      count() {
        seen.answers += 100
      },
      time() {
        seen.answers += 10
      },
      read: async () => ({ text: String(seen.answers), contentType: 'text/plain' }),
    }
  })
  return { seen, metrics }
}

test('metrics are opened once, for the first reader, and count earlier and later responses', async () => {
  const { seen, metrics } = counting()
  metrics.observe(answered)
  expect(seen).toEqual({ answers: 0, opened: 0 })
  const first = metrics.read()
  metrics.observe(answered)
  expect((await first).text).toBe('2')
  metrics.observe(answered)
  metrics.count('harmont_leases_lost_total')
  metrics.time('harmont_lease_look_seconds', 1)
  expect((await metrics.read()).text).toBe('113')
  expect(seen.opened).toBe(1)
})

test('metrics without a reader are opened after some thousand responses', async () => {
  const { seen, metrics } = counting()
  for (let turn = 0; turn < 3_999; turn += 1) metrics.observe(answered)
  expect(seen.opened).toBe(0)
  for (let turn = 0; turn < 3; turn += 1) metrics.observe(answered)
  await expect.poll(() => seen).toEqual({ answers: 4_002, opened: 1 })
})
