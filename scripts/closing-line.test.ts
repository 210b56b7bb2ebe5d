import { expect, test } from 'vitest'
import { countsOf } from './closing-line.ts'

test('reads the counts from the last line of vitest, colours and all', () => {
  expect(
    countsOf(
      'x\n \u001b[2m     Tests \u001b[22m \u001b[1m\u001b[31m1 failed\u001b[39m\u001b[22m | \u001b[32m12 passed\u001b[39m (13)\n',
    ),
  ).toEqual({ passed: 12, failed: 1 })
  expect(countsOf('      Tests  7 passed (7)\n')).toEqual({ passed: 7, failed: 0 })
})

test('a log without a run has no counts', () => {
  expect(countsOf('Error: no such file\n')).toBeUndefined()
})
