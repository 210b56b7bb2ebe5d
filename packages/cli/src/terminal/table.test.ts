import { expect, test } from 'vitest'
import { tableLines } from './table.ts'

const builds = [
  ['BUILD', 'STATE', 'BRANCH', 'COMMIT', 'CREATED', 'TOOK', 'MESSAGE'],
  [
    '#12',
    'failed',
    'main',
    'a1b2c3d4',
    '2026-11-29 10:11',
    '1m 05s',
    'Round VAT half up, as the tax office asks us to do',
  ],
  ['#11', 'passed', 'main', '0f0f0f0f', '2026-11-29 09:00', '59s', ''],
]

test('a table that fits uses one line per row', () => {
  expect(tableLines(builds, Number.POSITIVE_INFINITY)).toEqual([
    'BUILD  STATE   BRANCH  COMMIT    CREATED           TOOK    MESSAGE',
    '#12    failed  main    a1b2c3d4  2026-11-29 10:11  1m 05s  Round VAT half up, as the tax office asks us to do',
    '#11    passed  main    0f0f0f0f  2026-11-29 09:00  59s',
  ])
})

test('a last column that is too wide wraps inside its column', () => {
  expect(tableLines(builds, 84)).toEqual([
    'BUILD  STATE   BRANCH  COMMIT    CREATED           TOOK    MESSAGE',
    '#12    failed  main    a1b2c3d4  2026-11-29 10:11  1m 05s  Round VAT half up, as the',
    `${' '.repeat(59)}tax office asks us to do`,
    '#11    passed  main    0f0f0f0f  2026-11-29 09:00  59s',
  ])
})

test('in 60 columns a cell that does not fit goes below its row, whole', () => {
  expect(tableLines(builds, 60)).toEqual([
    'BUILD  STATE   BRANCH  COMMIT    CREATED           TOOK',
    '#12    failed  main    a1b2c3d4  2026-11-29 10:11  1m 05s',
    '  message: Round VAT half up, as the tax office asks us to',
    '  do',
    '#11    passed  main    0f0f0f0f  2026-11-29 09:00  59s',
  ])
})
