import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CaseCounts } from './cases.ts'
import { parseReport } from './parse-report.ts'
import { SourceFiles } from './source-files.ts'
import type { TestCase } from './test-report.ts'

/** Described in the README of the directory. */
const folder = new URL('../../fixtures/reports/', import.meta.url)
type Row = readonly [state: string, suite: string, name: string, place: string, message: string]
interface Expected {
  readonly sources: readonly string[]
  readonly reports: Readonly<Record<string, { format: string; problem: string | null; cases: readonly Row[] }>>
}
const { sources, reports } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected

function row({ state, suite, name, file, line, message }: TestCase): Row {
  const place = file === undefined ? '' : line === undefined ? file : `${file}:${line}`
  return [state, suite, name, place, message?.split('\n')[0] ?? '']
}

function parse(text: string | Uint8Array, files: readonly string[] = []) {
  return parseReport({ path: 'report', bytes: Buffer.from(text) }, new SourceFiles(files), new CaseCounts())
}

const names = (text: string | Uint8Array) => parse(text).cases.map(({ name }) => name)

test.each(Object.entries(reports))('G68 %s has these tests', (name, { format, problem, cases }) => {
  const report = parse(readFileSync(new URL(name, folder)), sources)
  expect(report.cases.map(row)).toEqual(cases)
  expect(report).toMatchObject({ format, faults: 0 })
  expect(report.problem ?? null).toBe(problem)
})

const junit = (name: string) => `<testsuite><testcase name="${name}"/></testsuite>`

describe('JUnit XML', () => {
  test('a report is read in its real encoding, whatever it declares', () => {
    const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${junit('Zürich')}`
    for (const text of [
      declared('UTF-16'),
      declared('ISO-8859-1'),
      declared('nonsense'),
      Buffer.from(declared('ISO-8859-1'), 'latin1'),
      Buffer.from(`\ufeff${declared('UTF-16')}`, 'utf16le'),
      Buffer.from(declared('UTF-16'), 'utf16le').swap16(),
    ])
      expect(names(text)).toEqual(['Zürich'])
    expect(names(Buffer.from(junit('Zürich'), 'latin1'))).toEqual(['Z\ufffdrich'])
  })

  test('a report has the time of each test, including times with thousands separators as written by Surefire', () => {
    const timed = (time: string) => parse(`<testsuite><testcase name="a" time="${time}"/></testsuite>`).cases[0]
    expect(['0.016', '1,000.5', '', '-1'].map((time) => timed(time)?.durationMs)).toEqual([
      ...[16, 1_000_500, undefined, undefined],
    ])
  })

  test('a report may contain control characters, as bytes and as references, at any boundary between pieces', () => {
    const text = junit('a\u001b[31mb\u0000&#x1b;[39m&#0;c')
    expect(names(text)).toEqual(['abc'])
    for (const length of [262_100, 262_110, 262_120, 262_130])
      expect(names(`<!--${' '.repeat(length)}-->${text}`)).toEqual(['abc'])
    expect(parse(text).faults).toBe(0)
  })

  test('a report that is cut off has the tests before its end, and the failure at the end', () => {
    const whole = '<testsuite><testcase name="a"/><testcase name="b"><failure message="no">far'
    expect(parse(whole)).toMatchObject({
      cases: [{ name: 'a' }, { name: 'b', state: 'failed' }],
      problem: 'it ends early',
    })
    expect(names(whole.slice(0, 55))).toEqual(['a'])
  })

  test('entities that a report declares are not expanded', () => {
    const text = `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "yyy">]>${junit('&x;&y;')}`
    expect(parse(text)).toMatchObject({ cases: [{ name: '&x;&y;' }], faults: 2 })
  })

  test('a file with a hundred faults is not a report', () => {
    const { problem, cases } = parse(`<testsuite>${'<testcase name="&x;"/>'.repeat(200)}</testsuite>`)
    expect(problem).toMatch(/^it has 100 faults, the first: .*undefined entity/)
    expect(cases).toHaveLength(99)
  })

  test('tests of the same name get numbers', () => {
    const test = '<testcase name="a"/>'
    expect(names(`<testsuite>${test}<testcase name="a [2]"/>${test}${test}</testsuite>`)).toEqual([
      'a',
      'a [2]',
      'a [3]',
      'a [4]',
    ])
  })

  test('a report with more than 100,000 tests has the first ones', () => {
    const { cases, problem } = parse(`<testsuite>${'<testcase name="a"/>'.repeat(100_001)}</testsuite>`)
    expect([cases.length, problem]).toEqual([100_000, 'a step has at most 100000 tests'])
  })
})

describe('a place', () => {
  const failing = (trace: string, files: readonly string[]) =>
    parse(
      `<testsuite><testcase name="a" classname="x"><failure message="no">${trace}</failure></testcase></testsuite>`,
      files,
    ).cases.map(({ file, line }) => [file, line])[0]

  test('the place of a failure is the first location that names a source file', () => {
    const trace = 'at f (/usr/lib/x.js:1:1)\n at g (/workspace/node_modules/a/x.js:2:1)\n at h (/workspace/a/x.js:3:1)'
    expect(failing(trace, ['a/x.js', 'node_modules/a/x.js'])).toEqual(['a/x.js', 3])
    expect(failing(trace, ['b/y.js'])).toEqual([undefined, undefined])
  })

  test.each([
    [' ❯ web tests/a.test.ts:3:7', 'web tests/a.test.ts'],
    ['at f (file:///workspace/web tests/a.ts:3:7)', 'web tests/a.ts'],
    ['  File "a.py", line 3, in x', 'a.py'],
    ['#   at t/a.t line 3.', 't/a.t'],
    ['in /workspace/A.cs:line 3', 'A.cs'],
    ['spec/a_spec.rb:3:in `x`', 'spec/a_spec.rb'],
    ["thread 'a' panicked at src/lib.rs:3:9:", 'src/lib.rs'],
  ])('is read from %s', (trace, file) => {
    expect(failing(trace, [file])).toEqual([file, 3])
  })

  test('a place below the directory in which the tool ran is found if only one file ends with that path', () => {
    expect(failing('src/a.js:3:1', ['web/src/a.js', 'web/a.js'])).toEqual(['web/src/a.js', 3])
    expect(failing('src/a.js:3:1', ['web/src/a.js', 'api/src/a.js'])).toEqual([undefined, undefined])
    expect(failing('src/a.js:3:1', ['src/a.js', 'api/src/a.js'])).toEqual(['src/a.js', 3])
  })

  test('a place in Go is in the directory of its package', () => {
    const files = ['a_test.go', 'x/a_test.go', 'y/x/a_test.go']
    const event = (Package: string, rest: object) => JSON.stringify({ Package, Test: 'T', ...rest })
    const of = (name: string) =>
      parse(
        `${event(name, { Action: 'output', Output: '    a_test.go:3: no\n' })}\n${event(name, { Action: 'fail' })}\n`,
        files,
      ).cases[0]?.file
    expect(['m', 'm/x', 'm/y/x'].map(of)).toEqual(files)
  })
})

test('a report in an unknown format is an error', () => {
  expect(parse('').problem).toBe('it is empty')
  for (const text of ['hello\n', '{"a": 1}\n', '\u007fELF'])
    expect(parse(text)).toMatchObject({
      format: null,
      problem: 'it is neither JUnit XML, nor `go test -json`, nor TAP',
    })
})

test('TAP printed by a test is not a test, and a broken plan is an error', () => {
  expect(names('TAP version 13\nok 1 - a\n    ok so\n  not ok 2 - b\n1..1\n')).toEqual(['a'])
  expect(parse('TAP version 13\n1..2\nok 1 - a\n').problem).toBe('it ends early')
})
