import { expect, test } from 'vitest'
import { isSuspiciousEdge, isSuspiciousPair, looksLikeError, nextSuspiciousPair } from './error-line.ts'

const errors = [
  'error: expected `;`',
  'Error: Cannot find module',
  'error[E0382]: borrow of moved value',
  "src/a.ts(1,2): error TS2345: Argument of type 'x'",
  'Program.cs(3,1): error CS1002: ; expected',
  'main.c:3:5: error: expected expression',
  'main.c:1:10: fatal error: x.h: No such file or directory',
  'fatal: not a git repository',
  'FAIL src/a.test.ts',
  '--- FAIL: TestParse (0.00s)',
  'FAILED tests/test_a.py::test_b - assert 1 == 2',
  'test foo::bar ... FAILED',
  '✗ works (3 ms)',
  '   ✕ adds',
  ' × adds 3ms',
  '✖ 3 problems (2 errors, 1 warning)',
  'npm ERR! code ELIFECYCLE',
  'npm error code 1',
  ' ERR_PNPM_NO_LOCKFILE  Cannot install',
  'Traceback (most recent call last):',
  'ValueError: invalid literal',
  'AssertionError',
  'java.lang.IllegalStateException: no',
  'Exception in thread "main" java.lang.Error',
  'E       assert 1 == 2',
  "thread 'main' panicked at src/main.rs:2:5:",
  'panic: runtime error: index out of range',
  './main.go:5:2: undefined: x',
  'make: *** [Makefile:2: all] Error 1',
  'gmake[2]: *** [all] Error 2',
  'Tests:       1 failed, 4 passed, 5 total',
  '1 failed, 2 passed in 0.12s',
  'Found 2 errors in 1 file',
  '3 errors generated.',
  '  12:3  error  Unexpected console statement  no-console',
  '[ERROR] Failed to execute goal',
  '2026-11-26 10:00:00 ERROR boom',
  'BUILD FAILED in 3s',
  'FAILURE: Build failed with an exception.',
  'Segmentation fault (core dumped)',
  'sh: 1: foo: not found',
  'bash: foo: command not found',
  'Killed',
  "a.out: a.c:3: main: Assertion `0' failed.",
  'The process exited with code 2',
  '##[error]Process completed with exit code 1.',
  '::error file=a.js::missing',
  'Unhandled rejection in worker',
  'Failed to compile.',
]
const others = [
  '',
  'all is well',
  '0 errors, 0 warnings',
  'Found 0 errors.',
  'no errors found',
  'error: 0',
  'errors = 0, failures: 0',
  'Tests run: 12, Failures: 0, Errors: 0, Skipped: 0',
  '12 passed, 0 failed',
  'compiling error-chain v0.12.4',
  'test error::tests::parses ... ok',
  '✓ throws an Error: when bad (3 ms)',
  'ok 12 - reports Error: x',
  '--- PASS: TestError (0.00s)',
  'const ERROR_COUNT = 3',
  '--log-level=ERROR',
  'src/error.ts 1.2 kB',
  'import { NotFoundError } from "./errors"',
  'downloaded 404 files',
  '1 xfailed, 3 passed',
  'FAIL_FAST=1',
  'diff --git a/fail.txt b/fail.txt',
]

test.for(errors)('recognizes a failure: %s', (line) => {
  expect(looksLikeError(line)).toBe(true)
})

test.for(others)('reports no failure: %s', (line) => {
  expect(looksLikeError(line)).toBe(false)
})

test('every line that looks like an error is examined', () => {
  const missed = errors.filter((line) => {
    const bytes = Buffer.from(line)
    const hasPair = nextSuspiciousPair(bytes.toString('latin1'), 0) < bytes.length
    expect(bytes.some((byte, at) => at > 0 && isSuspiciousPair(bytes[at - 1] as number, byte))).toBe(hasPair)
    const isMark = bytes[0] === 0x2d || bytes[0] === 0x3a
    return !hasPair && !isMark && !isSuspiciousEdge(bytes[0] ?? 0, bytes.at(-1) ?? 0)
  })
  expect(missed).toEqual([])
})

test('the cost of a long line is bounded by that of its beginning', () => {
  for (const text of [
    'a.'.repeat(500_000),
    '1 '.repeat(500_000),
    `${'x'.repeat(1_000)}error`.repeat(1_000),
    'assert '.repeat(100_000),
  ])
    expect(looksLikeError(text)).toBe(false)
})
