import { expect, test } from 'vitest'
import { delayAfter, verdictOn } from './schedule.ts'

const answer = (status: number, retryAfter: string | null = null) => ({ status, text: '', retryAfter })

test('the response decides whether a message has arrived, is refused alone, or all messages must wait', () => {
  const verdicts = (...statuses: readonly number[]) => statuses.map((status) => verdictOn(answer(status)))
  expect(verdicts(200, 204)).toEqual(['sent', 'sent'])
  expect(verdicts(400, 404, 422)).toEqual(['refused', 'refused', 'refused'])
  expect(verdicts(302, 408, 425, 429, 500, 503)).toEqual(Array(6).fill('down'))
  expect(verdictOn(null)).toBe('down')
  expect(verdictOn(answer(410))).toBe('gone')
})

test('pauses grow to half an hour, and follow the Retry-After of the receiver up to that', () => {
  const pauses = [1, 2, 3, 6, 7, 1_000].map((failures) => delayAfter(failures, null) / 1_000)
  expect(pauses).toEqual([5, 30, 120, 1_200, 1_800, 1_800])
  expect(delayAfter(1, answer(429, '90'))).toBe(90_000)
  expect(delayAfter(1, answer(429, '999999'))).toBe(1_800_000)
  for (const odd of ['0', '-5', 'soon', 'Mon, 30 Nov 2026 19:00:00 GMT', 'Infinity'])
    expect(delayAfter(2, answer(503, odd))).toBe(30_000)
})
