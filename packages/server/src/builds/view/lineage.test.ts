import { expect, test } from 'vitest'
import { lineageOf } from './build-view.ts'
import type { Earlier } from './store.ts'

const builds = (...states: readonly Earlier['state'][]): readonly Earlier[] =>
  states.map((state, index) => ({ number: 9 - index, commit: `c${9 - index}`, state }))

test.for([
  ['a first failure is new', 'failed', builds('passed', 'failed'), { number: 9, commit: 'c9' }, 10],
  [
    'a row of failures goes back to its first',
    'failed',
    builds('failed', 'canceled', 'failed', 'passed'),
    { number: 6, commit: 'c6' },
    7,
  ],
  ['without a pass it goes back to the oldest that is known', 'failing', builds('failed', 'failed'), null, 8],
  ['a passed build fails since nothing', 'passed', builds('failed', 'passed'), { number: 8, commit: 'c8' }, null],
  ['the first build of a branch stands alone', 'failed', [], null, 10],
] as const)('%s', ([, state, earlier, lastPassed, failingSince]) => {
  expect(lineageOf(10, state, earlier)).toEqual({ lastPassed, failingSince })
})
