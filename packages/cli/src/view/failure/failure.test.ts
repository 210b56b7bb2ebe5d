import { expect, test } from 'vitest'
import type { RunEvent } from '../../events/run-event.ts'
import { plainOf } from '../../terminal/span.ts'
import { unicode } from '../charset.ts'
import { fold, stepOf } from '../fold.ts'
import { nextCommands } from '../next-commands.ts'
import { newRun } from '../run-model.ts'
import { events } from '../story.test-support.ts'
import { summary } from '../summary.ts'
import { failureLines } from './failure.ts'

const { queued, start, end, log, tests } = events

test('a step without its image did not start: the reason is shown, and no shell is offered', () => {
  const run = newRun()
  const message = 'The image nosuch:1 is not in the local store.'
  const failed = end('a', 'failed', 0, { exit_code: null, error_code: 'provision_failed', message })
  for (const event of [queued('a'), failed]) fold(run, event)
  const lines = failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)
  expect(lines).toEqual(['✗ failed a: not started', `  likely cause: ${message}`, ''])
  expect(nextCommands(run).map(([command]) => command)).toEqual(['hm logs --failed', 'hm retry'])
})

test('a started step without output is reported as such, with an offer of a shell', () => {
  const run = newRun()
  for (const event of [queued('a'), start('a'), end('a', 'failed', 5)]) fold(run, event)
  expect(failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)).toContain('  (it printed nothing)')
  expect(nextCommands(run).map(([command]) => command)).toContain('hm shell a')
})

test.each([
  ['cd . && test -z "$(gofmt -l .)"', '  its command: cd . && test -z "$(gofmt -l .)"'],
  ['set -e\n./check\n', '  its command: set -e …'],
  [`${'x'.repeat(400)}`, `  its command: ${'x'.repeat(300)} …`],
  ['test \u202e', '  its command: test ?'],
])('a step without output is shown with its command: %j', (command, line) => {
  const run = newRun()
  for (const event of [queued('a', { command }), start('a'), end('a', 'failed', 5)]) fold(run, event)
  expect(failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)).toContain(line)
})

test('a log with test reports shows these instead of its last lines, and other lines do not decide the cause', () => {
  const run = newRun()
  const noise = Array.from({ length: 60 }, (_, n) => `  src/file-${n}.ts | 80% | connect ECONNREFUSED`)
  const report = [
    '--- FAIL: TestA (0.00s)',
    '    a_test.go:7: got 1, want 2',
    '    \u001b[31mb_test.go:9: not \u0007 shown\u001b[0m',
    'FAIL',
  ]
  for (const event of [queued('a'), start('a')]) fold(run, event)
  for (const line of [...noise, ...report, ...noise]) fold(run, log('a', line))
  fold(run, end('a', 'failed', 5))
  expect(failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)).toEqual([
    '✗ failed a: exit 1 after 5ms',
    '  1 test failed',
    '',
    '  --- FAIL: TestA (0.00s)',
    '      a_test.go:7: got 1, want 2',
    '      b_test.go:9: not ? shown',
    '',
  ])
})

test('a test report is shown instead of the log, with file and line, and decides the cause', () => {
  const run = newRun()
  const failures = [
    { name: 'invoice › adds \u001b[2J', file: 'src/a.test.ts', line: 7, message: 'expected 2, got 1' },
    { name: 'connects', file: 'b.test.ts', line: null, message: 'ECONNREFUSED\n\n  at 5432' },
    { name: 'has no place', file: null, line: null, message: null },
  ]
  for (const event of [queued('a'), start('a')]) fold(run, event)
  for (const line of ['--- FAIL: TestA (0.00s)', '    a_test.go:7: got 1, want 2', 'FAIL']) fold(run, log('a', line))
  for (const event of [tests('a', { failures, failed: 5, passed: 3 }), end('a', 'failed', 5)]) fold(run, event)
  expect(failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)).toEqual([
    '✗ failed a: exit 1 after 5ms',
    '  5 tests failed',
    '',
    '  invoice › adds   src/a.test.ts:7',
    '    expected 2, got 1',
    '',
    '  connects  b.test.ts',
    '    ECONNREFUSED',
    '',
    '      at 5432',
    '',
    '  has no place',
    '',
    '  and 2 more',
    '  likely cause: connection refused: the service is not up, or the port is wrong',
    '',
  ])
  fold(run, events.buildEnd('failed', 5))
  const { charset, earlier, width } = {
    charset: unicode,
    earlier: { durations: new Map(), parallelism: undefined },
    width: 60,
  }
  expect(summary(run, { charset, earlier, width }).map(plainOf)).toEqual(
    expect.arrayContaining([
      'tests: 5 failed, 3 passed',
      '  invoice › adds   src/a.test.ts:7',
      '  and 2 more failed tests',
    ]),
  )
})

test('the next command after failed tests finds the flaky ones, locally or on the server', () => {
  const commands = (...before: readonly RunEvent[]) => {
    const run = newRun()
    const failures = [{ name: 'adds', file: null, line: null, message: null }]
    for (const event of [...before, queued('a'), start('a'), tests('a', { failures }), end('a', 'failed', 5)])
      fold(run, event)
    return nextCommands(run).map(([command]) => command)
  }
  expect(commands()).toContain('hm flaky a')
  const build = { run_id: 'r', number: 7, org: 'acme', pipeline: 'ci' }
  expect(commands({ kind: 'build_accepted', build, watch_url: '' })).toContain('hm test 7 -p ci')
})

test('a new attempt has no tests yet', () => {
  const run = newRun()
  const failures = [{ name: 'adds', file: null, line: null, message: null }]
  const story = [
    queued('a'),
    start('a'),
    tests('a', { failures }),
    events.retry('a', 1, 2),
    start('a', 0, { attempt: 2 }),
  ]
  for (const event of story) fold(run, event)
  expect(stepOf(run, 'id-a').tests).toBeNull()
})

test('shows as many failures as fit', () => {
  const run = newRun()
  for (const event of [queued('a'), start('a')]) fold(run, event)
  for (let n = 0; n < 300; n++) fold(run, log('a', `a.c:${n}:1: error: no ${n}`))
  fold(run, end('a', 'failed', 5))
  const lines = failureLines(stepOf(run, 'id-a'), unicode, 80).map(plainOf)
  expect(lines.slice(1, 4)).toEqual(['  300 errors', '', '  a.c:0:1: error: no 0'])
  expect(lines.slice(-3)).toEqual(['', '  and 250 more in the log', ''])
})
