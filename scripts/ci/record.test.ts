import { expect, test } from 'vitest'
import { closingLine, failuresOf, filesToRunAgain, type RunRecord, withSecondRun } from './record.ts'

const first: RunRecord = {
  files: [
    { file: 'a.test.ts', passed: 3, failures: [] },
    { file: 'b.test.ts', passed: 1, failures: ['b late\n  timed out'] },
    { file: 'c.test.ts', passed: 0, failures: ['its tests did not end'] },
  ],
  elsewhere: [],
}

test('files with a failure run again, and what they say then counts', () => {
  expect(filesToRunAgain(first)).toEqual(['b.test.ts', 'c.test.ts'])
  const second: RunRecord = {
    files: [
      { file: 'b.test.ts', passed: 2, failures: [] },
      { file: 'c.test.ts', passed: 4, failures: ['c wrong'] },
    ],
    elsewhere: [],
  }
  const whole = withSecondRun(first, second)
  expect(closingLine(whole)).toBe('9 passed, 1 failed')
  expect(failuresOf(whole)).toBe(1)
})

test('a file that a second run does not tell of stays failed', () => {
  expect(closingLine(withSecondRun(first, { files: [], elsewhere: [] }))).toBe('4 passed, 2 failed')
})

test('an error of no file is a failure that no second run takes back', () => {
  const broken = { ...first, elsewhere: ['no worker starts'] }
  expect(failuresOf(withSecondRun(broken, { files: [], elsewhere: [] }))).toBe(3)
})
