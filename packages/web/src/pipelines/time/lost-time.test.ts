import { lostKinds } from '@harmont/timeline'
import { expect, test } from 'vitest'
import { lostTimes } from './lost-time.ts'

const none = { ms: 0, builds: 0 }
const timeOf = (parts: readonly { readonly kind: string; readonly ms: number; readonly builds: number }[]) => ({
  ...{ days: 7, builds: 4, total_ms: parts.reduce((sum, { ms }) => sum + ms, 0), parts: [...parts] },
  ...{ flaky: none, missed: none },
})

test('G133 lost time is everything besides commands, longest first, with its share of the builds', () => {
  const lost = lostTimes(
    timeOf([
      { kind: 'fetch', ms: 100, builds: 4 },
      { kind: 'command', ms: 500, builds: 4 },
      { kind: 'failed', ms: 400, builds: 1 },
    ]),
  )
  expect(lost.map(({ title, share, builds }) => [title, share, builds])).toEqual([
    ['Attempts that failed and were retried', 0.4, 1],
    ['Restoring files', 0.1, 4],
  ])
})

test('web X1 every kind has a title, and an unknown kind its own word', () => {
  const titles = lostTimes(timeOf([...lostKinds, 'levitation'].map((kind) => ({ kind, ms: 1, builds: 1 }))))
  expect(new Set(titles.map(({ title }) => title)).size).toBe(lostKinds.length + 1)
  expect(titles.at(-1)?.title).toBe('Levitation')
  expect(lostTimes({ ...timeOf([]), parts: undefined as never })).toEqual([])
})
