import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { makeOutput } from '../terminal/output.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printFailedTests } from './failed-tests.ts'

test('a narrow terminal keeps the details of a failed test below its name', async () => {
  const stream = new PassThrough()
  const stdout: Terminal = { stream, isTerminal: true, color: false, columns: () => 40, style: (_, told) => told }
  const failed = {
    ...{ name: 'stock › sells the last one', file: 'src/stock.test.ts', line: 41, step: 'unit' },
    ...{ message: 'timed out while it waited for the last shirt\n\n- 1\n+ 2', notes: ['flaky: 1 of 2 forks passed'] },
  }
  const output = makeOutput({ stdout, stderr: stdout, quiet: false, verbose: false })
  await printFailedTests(output, [failed], { passed: 3, failed: 1, skipped: 0 })
  expect(String(stream.read()).split('\n')).toEqual([
    'stock › sells the last one',
    '  src/stock.test.ts:41  (step unit,',
    '  flaky: 1 of 2 forks passed)',
    '  timed out while it waited for the last',
    '  shirt',
    '  - 1',
    '  + 2',
    '',
    '1 failed, 3 passed',
    '',
  ])
})
