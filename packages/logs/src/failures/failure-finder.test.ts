import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineIndexer } from '../lines/line-indexer.ts'
import { MAX_FAILURES } from './failure.ts'
import { FailureFinder } from './failure-finder.ts'

function find(log: string) {
  const finder = new FailureFinder()
  for (const [at, line] of log.split('\n').entries()) finder.push(line, at + 1)
  return finder.finish()
}

const short = (log: string) =>
  find(log).failures.map(({ test, message, file, line, logLine }) => [test, message, file, line, logLine])

const vitestReport = (test: string, line: number) => `
⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/a.test.ts > ${test}
Error: no
 ❯ src/a.test.ts:${line}:3

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯


 Test Files  1 failed (1)
      Tests  1 failed (1)
`

describe('vitest', () => {
  test('a report of another run printed by a passing test does not count', () => {
    const inner = ` RUN  v3.2.4 /tmp/inner\n${vitestReport('inner', 1)}`
    const log = ` RUN  v3.2.4 /work\n\n${inner}\n ✓ test/cli.test.ts (4 tests) 20ms\n${vitestReport('outer', 7)}`
    expect(short(log)).toEqual([['outer', 'no', 'src/a.test.ts', 7, 22]])
    expect(find(` RUN  v3.2.4 /a\n${inner}\n RUN  v3.2.4 /b\n ✓ b.test.ts (1 test)\n`).tests).toBe(1)
  })

  test('a report in a test’s console output does not count', () => {
    const [inner = ''] = vitestReport('inner', 1).trim().replace('\n\n', '\n').split('\n\n')
    expect(short(` RUN  v3.2.4 /work\n${inner}\n`)).toHaveLength(1)
    for (const stream of ['stderr', 'stdout'])
      expect(short(` RUN  v3.2.4 /work\n${stream} | a.test.ts > prints\n${inner}\n\n ✓ a.test.ts (1 test)\n`)).toEqual(
        [],
      )
  })

  test('an error of several tests is reported for each, and names exclude the project', () => {
    const log = vitestReport('first', 3).replace(
      ' > first\n',
      ' > first\n FAIL  |unit| src/b.test.ts > second\n FAIL   unit  src/c.test.ts > third\n',
    )
    expect(short(log).map(([test, message, , line]) => [test, message, line])).toEqual([
      ['first', 'no', 3],
      ['second', 'no', 3],
      ['third', 'no', 3],
    ])
  })

  test('an unhandled rejection belongs to no test', () => {
    const log =
      '⎯⎯⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯⎯⎯\n\nVitest caught 1 unhandled error during the test run.\n\n⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯⎯\nTypeError: late\n ❯ src/late.ts:4:9\n⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯\n'
    expect(short(log)).toEqual([[null, 'TypeError: late', 'src/late.ts', 4, 6]])
  })
})

describe('other forms', () => {
  test('jest repeats failures of many files at the end: each counts once, at its last report', () => {
    const failure = ` FAIL  a.test.js\n  ● adds\n\n    boom\n\n      at f (a.test.js:3:1)\n\n`
    const log = `${failure} PASS  b.test.js\n\nSummary of all failing tests\n${failure}Test Suites: 1 failed, 1 passed, 2 total\n`
    expect(short(log)).toEqual([['adds', 'boom', 'a.test.js', 3, 14]])
    expect(find(log).tests).toBe(1)
  })

  test('pytest without tracebacks is read from its summary, and collection errors name the file', () => {
    const summary =
      '=========================== short test summary info ============================\nFAILED tests/test_a.py::TestA::test_b - assert 1 == 2\n1 failed in 0.02s\n'
    expect(short(summary)).toEqual([['TestA.test_b', 'assert 1 == 2', 'tests/test_a.py', null, 2]])
    const collecting =
      "==================================== ERRORS ====================================\n_____________________ ERROR collecting tests/test_a.py _____________________\nImportError while importing test module\nE   ModuleNotFoundError: No module named 'nope'\n"
    const native = collecting.replace(
      'E   Mod',
      'Traceback (most recent call last):\n  File "tests/test_a.py", line 3, in <module>\nMod',
    )
    expect(short(native)).toEqual([[null, "ModuleNotFoundError: No module named 'nope'", 'tests/test_a.py', 3, 6]])
    expect(
      short(
        collecting + summary.replace('FAILED tests/test_a.py::TestA::test_b - assert 1 == 2', 'ERROR tests/test_a.py'),
      ),
    ).toEqual([[null, "ModuleNotFoundError: No module named 'nope'", 'tests/test_a.py', null, 4]])
  })

  test('the last of chained exceptions counts', () => {
    const log =
      '=================================== FAILURES ===================================\n___________________________________ test_x ____________________________________\nE   KeyError: 1\n\na.py:3: KeyError\n\nDuring handling of the above exception, another exception occurred:\n\nE   ValueError: no 1\n\nb.py:9: ValueError\n'
    expect(short(log)).toEqual([['test_x', 'ValueError: no 1', 'b.py', 9, 9]])
  })

  test('the heading of unittest in older Python versions names only the class', () => {
    const ruler = '='.repeat(70)
    const log = `${ruler}\nFAIL: test_b (test_a.TestA)\n${'-'.repeat(70)}\nTraceback (most recent call last):\n  File "test_a.py", line 5, in test_b\n    self.fail("x")\nAssertionError: x\n\n`
    expect(short(log)).toEqual([['test_a.TestA.test_b', 'x', 'test_a.py', 5, 7]])
  })

  test('testify prints the expected value below the place', () => {
    const log =
      '--- FAIL: TestA (0.00s)\n    a_test.go:9: \n        \tError Trace:\t/w/a_test.go:9\n        \tError:      \tNot equal: \n        \t            \texpected: 2\n        \t            \tactual  : 1\n        \tTest:       \tTestA\nFAIL\n'
    expect(short(log)).toEqual([['TestA', 'expected 2, got 1', 'a_test.go', 9, 4]])
  })

  test("the expected value of Node.js's loose comparison is reported", () => {
    const tap =
      "TAP version 13\nnot ok 1 - adds\n  ---\n  error: '1 == 5'\n  name: 'AssertionError'\n  stack: |-\n    f (file:///w/a.test.js:5:45)\n    g (file:///w/b.js:1:1)\n  ...\n"
    expect(short(tap)).toEqual([['adds', 'expected 5, got 1', '/w/a.test.js', 5, 4]])
    expect(find(tap).failures[0]?.quote.at(-1)).toBe('    f (file:///w/a.test.js:5:45)')
    const spec = '✖ failing tests:\n\ntest at a.test.js:5:1\n✖ adds (1.2ms)\n  AssertionError [ERR_ASSERTION]: 1 == 5\n'
    expect(short(spec)).toEqual([['adds', 'expected 5, got 1', 'a.test.js', 5, 5]])
  })

  test('one-line panics of older Rust versions are read', () => {
    const log =
      "---- tests::a stdout ----\nthread 'tests::a' panicked at 'no way', src/lib.rs:7:9\n\nfailures:\n    tests::a\n"
    expect(short(log)).toEqual([['tests::a', 'no way', 'src/lib.rs', 7, 2]])
  })

  // The expected output follows nextest's documentation, not a recorded run.
  test.each(['', '    '])(
    'nextest quotes what a test wrote, indented by "%s", and names it again at the end',
    (indent) => {
      const wrote = [
        ...['running 1 test', 'test tests::a ... FAILED', '', 'failures:', '', 'failures:', '    tests::a', ''],
        ...['test result: FAILED. 0 passed; 1 failed', '', "thread 'tests::a' (7) panicked at src/lib.rs:28:9:"],
        ...['assertion `left == right` failed', '  left: 1', ' right: 2'],
      ].map((line) => indent + line)
      const log = [
        ...['    Starting 2 tests across 1 binary', '        FAIL [   0.004s] (1/2) billing tests::a', ...wrote],
        ...[
          '        PASS [   0.004s] (2/2) billing tests::b',
          '     Summary [   0.010s] 2 tests run: 1 passed, 1 failed',
        ],
        ...['        FAIL [   0.004s] (1/2) billing tests::a', 'error: test run failed'],
      ]
      const message = 'assertion `left == right` failed (left: 1, right: 2)'
      expect(short(log.join('\n'))).toEqual([['tests::a', message, 'src/lib.rs', 28, 14]])
      expect(find(log.join('\n')).tests).toBe(1)
    },
  )

  test('test failures take precedence over compiler errors, because tests print those too', () => {
    expect(short(`a.c:3:1: error: printed by a test\n${vitestReport('x', 2)}`).map(([test]) => test)).toEqual(['x'])
    expect(short('a.c:3:1: error: real\n\na.c:3:1: error: real\n')).toEqual([[null, 'real', 'a.c', 3, 1]])
  })
})

describe('any log', () => {
  /** Lines that readers match, so that reports begin, break off and overlap. */
  const telling = [
    ...vitestReport('x', 2).split('\n'),
    ...[' RUN  v3.2.4 /w', 'stderr | a', ' ✓ a.test.ts (1)', ' FAIL  a.test.js', '  ● a › b', '    Expected: 1'],
    ...['    Received: 2', ' PASS  b.test.js', '  2 failing', '  1) a', '       b:', '      at f (a.js:1:2)', ''],
    ...['✖ failing tests:', 'test at a.js:1:2', '✖ a (1ms)', '  1 !== 2', 'TAP version 13', '# Subtest: a'],
    ...['not ok 1 - a', '  ---', "  error: 'x'", '  error: |-', '    x', '  ...', '=== FAILURES ===', '___ a ___'],
    ...['E   assert 1', 'a.py:3: Error', '=== short test summary info ===', 'FAILED a.py::b - c', '='.repeat(70)],
    ...['FAIL: a (b.C)', 'Traceback (most recent call last):', '  File "a.py", line 3, in x', 'ValueError: x'],
    ...['=== RUN   TestA', '    a_test.go:3: want 1', '--- FAIL: TestA (0.00s)', '    --- FAIL: TestA/b (0.00s)'],
    ...['panic: x', 'goroutine 1 [running]:', '\t/w/a.go:3 +0x1', 'FAIL\ta\t0.1s', 'a.go:1:2: undefined: x'],
    ...[
      '---- a stdout ----',
      "thread 'a' panicked at a.rs:1:2:",
      '  left: 1',
      ' right: 2',
      'failures:',
      'a.c:1: error: b',
    ],
    ...['error[E0001]: a', ' --> a.rs:1:2', 'a.ts(1,2): error TS1: b', '/a.js', '  1:2  error  a  b', 'ok  \ta\t0.1s'],
  ]
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...telling) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...telling).chain((text) => fc.nat(text.length).map((to) => text.slice(0, to))),
    },
  )

  test('has few failures, each small and at an existing line, and its index has the same ones', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200, size: 'max' }), (lines) => {
        const log = lines.join('\n')
        const { failures, tests, errors } = find(log)
        expect(failures.length).toBeLessThanOrEqual(Math.min(tests + errors, MAX_FAILURES))
        for (const { logLine, message, test, file, quote } of failures) {
          expect(logLine).toBeGreaterThan(0)
          expect(logLine).toBeLessThanOrEqual(lines.length)
          for (const text of [message, test ?? '', file ?? '', ...quote]) expect(text.length).toBeLessThanOrEqual(300)
          expect(quote.length).toBeLessThanOrEqual(22)
        }
        const indexer = new LineIndexer()
        indexer.push([{ seq: 1, kind: 0, content: Buffer.from(log), ts: 0n }])
        indexer.finish()
        const { found } = indexer.index
        expect(found).toEqual({ tests, errors, failures: failures.map(({ quote, ...failure }) => failure) })
      }),
    )
  })

  test('takes time proportional to its length, whatever it contains', () => {
    for (const text of telling) {
      const log = (count: number) => `${telling.join('\n')}\n${`${text}\n`.repeat(count)}`
      const [once, eightfold] = [workOf(log(50)), workOf(log(400))]
      expect(eightfold - workOf(log(0)), text).toBeLessThanOrEqual(8.5 * (once - workOf(log(0))) + 2_000)
    }
  })

  test('the cost of a long line is bounded by that of its beginning', () => {
    const units = [
      'a:1:2 ',
      ' error: ',
      '(1,2): ',
      ' > ',
      "', a",
      '  ',
      '.go:1',
      '/a',
      ' (',
      '::1',
      '_ ',
      '= ',
      '- a ',
      '⎯',
    ]
    const starts = [
      '',
      ' FAIL  ',
      '  ● ',
      "thread 'a' panicked at '",
      '/',
      '=== ',
      '___ ',
      '  1:2  error  ',
      'error: ',
      '--- FAIL: ',
    ]
    const log = (length: number) =>
      units.flatMap((unit) => starts.map((start) => `${start}${unit.repeat(length / unit.length)}\n`)).join('')
    expect(workOf(`${telling.join('\n')}\n${log(50_000)}`)).toBeLessThan(
      1.1 * workOf(`${telling.join('\n')}\n${log(2_500)}`),
    )
  })
})

/** Number of characters passed to patterns. */
function workOf(log: string): number {
  let work = 0
  const { exec } = RegExp.prototype
  RegExp.prototype.exec = function (text) {
    work += text.length + 1
    return exec.call(this, text)
  }
  try {
    find(log)
  } finally {
    RegExp.prototype.exec = exec
  }
  return work
}
