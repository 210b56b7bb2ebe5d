import { expect, test } from 'vitest'
import { closingLine, failuresOf, filesToRunAgain, type RunRecord, timeTable, withSecondRun } from './record.ts'

const file = (name: string, passed: number, failures: string[]) => ({
  file: `${name}.test.ts`,
  kind: name === 'a' ? 'unit' : 'pg',
  seconds: passed * 1.5,
  processorSeconds: 4 - passed,
  passed,
  failures,
})

const first: RunRecord = {
  seed: 7,
  files: [file('a', 3, []), file('b', 1, ['b late\n  timed out']), file('c', 0, ['its tests did not end'])],
  elsewhere: [],
}

test('files with a failure run again, and their second result counts', () => {
  expect(filesToRunAgain(first)).toEqual(['b.test.ts', 'c.test.ts'])
  const second: RunRecord = {
    seed: 7,
    files: [file('b', 2, []), file('c', 4, ['c wrong'])],
    elsewhere: [],
  }
  const whole = withSecondRun(first, second)
  expect(closingLine(whole)).toBe('9 passed, 1 failed')
  expect(failuresOf(whole)).toBe(1)
})

test('a file missing from the second run stays failed', () => {
  expect(closingLine(withSecondRun(first, { seed: 7, files: [], elsewhere: [] }))).toBe('4 passed, 2 failed')
})

test('an error outside any file is a failure that no second run removes', () => {
  const broken = { ...first, elsewhere: ['no worker starts'] }
  expect(failuresOf(withSecondRun(broken, { seed: 7, files: [], elsewhere: [] }))).toBe(3)
})

test('shows times by kind, and for the files that took the most time', () => {
  expect(timeTable(first, 2)).toEqual([
    'unit           3 tests     4.5 s     1.0 s of processor time  1 files',
    'pg             1 tests     1.5 s     7.0 s of processor time  2 files',
    'The 2 slowest files:',
    'unit           3 tests     4.5 s     1.0 s of processor time  a.test.ts',
    'pg             1 tests     1.5 s     3.0 s of processor time  b.test.ts',
    'The 2 files with the most processor time:',
    'pg             0 tests     0.0 s     4.0 s of processor time  c.test.ts',
    'pg             1 tests     1.5 s     3.0 s of processor time  b.test.ts',
  ])
})
