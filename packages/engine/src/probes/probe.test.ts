import { expect, test } from 'vitest'
import type { Job, Step } from '../core/model.ts'
import { testKey } from '../reports/results.ts'
import type { TestCase, TestReport } from '../reports/test-report.ts'
import { afterFork, type ForkEnd, judgeForks, type Probe, probeFor, resultsIn } from './probe.ts'
import type { ForkResult } from './proof.ts'

const named = (name: string, state: TestCase['state'] = 'failed'): TestCase => ({ suite: 's', name, state })
const key = (name: string) => testKey({ suite: 's', name })
const report = (cases: readonly TestCase[], more: Partial<TestReport> = {}): TestReport => {
  return { path: 'junit.xml', format: 'junit', cases, faults: 0, ...more }
}
const tests = { forks: 3, budgetSeconds: 60, rerun: null, quarantine: false }
const red = { state: 'failed', errorMessage: null, exitCode: 1 }
const asked = (job: object = {}, step: object = {}, reports: readonly TestReport[] = [report([named('a')])]) =>
  probeFor({ tests, secrets: {}, ...step } as unknown as Step, { ...red, ...job } as unknown as Job, reports)

test('G71 a red job with failed tests is proved, except if a second run could do harm or would prove nothing', () => {
  const cases = [named('a'), named('b', 'passed'), named('c', 'errored'), named('d', 'skipped'), named('a', 'passed')]
  expect(asked({}, {}, [report(cases)])?.proof.open.map(({ name }) => name)).toEqual(['a', 'c'])
  expect(asked({ softFailed: true })?.budgetMs).toBe(60_000)
  for (const job of [{ state: 'passed' }, { state: 'timed_out' }, { errorMessage: 'killed' }, { exitCode: null }])
    expect(asked(job)).toBeNull()
  const harmful = [{ secrets: { T: 'token' } }, { idTokens: { F: 'aud' } }, { concurrency: { group: 'deploy' } }]
  for (const step of [...harmful, { tests: undefined }, { tests: { ...tests, forks: 0 } }])
    expect(asked({}, step)).toBeNull()
  const faulty = [{ faults: 1 }, { format: null }, { problem: 'it ends early' }]
  for (const more of faulty) expect(asked({}, {}, [report([named('a')]), report([], more)])).toBeNull()
  expect(asked({}, {}, [])).toBeNull()
  expect(asked({}, {}, [report([named('a', 'passed')])])).toBeNull()
  const many = Array.from({ length: 1_001 }, (_, index) => named(`t${index}`))
  expect([asked({}, {}, [report(many)]), asked({}, {}, [report(many.slice(1))])?.proof.open.length]).toEqual([
    null,
    1_000,
  ])
})

function begun(...names: readonly string[]): Probe {
  const probe = asked({}, {}, [report(names.map((name) => named(name)))])
  if (probe === null) throw new Error('expected a probe')
  return probe
}
const ran = (results: Readonly<Record<string, ForkResult>>, ms = 10): ForkEnd => {
  const byKey = new Map(Object.entries(results).map(([name, result]) => [key(name), result]))
  return { kind: 'ran', startedAt: 1_000, endedAt: 1_000 + ms, exitCode: 1, results: byKey, log: [] }
}

test('a probe ends with its last verdict, with its budget, at its second loss, or when it is impossible', () => {
  const first = afterFork(begun('a', 'b'), ran({ a: 'passed', b: 'failed' }, 25_000))
  expect(first.verdicts).toEqual([{ key: key('a'), verdict: 'flaky', forks: 1, passed: 1 }])
  if (first.probe === null) throw new Error('expected that b is open')
  expect(first.probe.spentMs).toBe(25_000)
  const over = (end: ForkEnd) => afterFork(first.probe ?? begun(), end)
  expect(over(ran({ b: 'passed' }))).toMatchObject({ probe: null, verdicts: [{ verdict: 'flaky', forks: 2 }] })
  const unknown = { probe: null, verdicts: [{ key: key('b'), verdict: 'unknown', passed: 0 }] }
  expect(over(ran({ b: 'failed' }, 35_000))).toMatchObject(unknown)
  expect(over({ kind: 'impossible' })).toMatchObject(unknown)
  expect(over({ kind: 'given_up' })).toEqual({ probe: first.probe, verdicts: [] })
  const lost = over({ kind: 'lost' })
  expect(lost).toEqual({ probe: { ...first.probe, lost: 1 }, verdicts: [] })
  expect(afterFork(lost.probe ?? begun(), { kind: 'lost' })).toMatchObject(unknown)
})

test('a report that contradicts the exit code proves nothing, and neither does one left by an earlier run', () => {
  const both = [named('a'), named('b', 'passed'), named('c', 'skipped'), named('d', 'errored')]
  const results = (exitCode: number | null, cases: readonly TestCase[] | null) => [...resultsIn({ exitCode, cases })]
  expect(results(1, both)).toEqual([
    [key('a'), 'failed'],
    [key('b'), 'passed'],
    [key('c'), null],
    [key('d'), 'failed'],
  ])
  expect(results(0, [named('b', 'passed')])).toEqual([[key('b'), 'passed']])
  for (const [code, cases] of [
    [0, both],
    [1, [named('b', 'passed')]],
    [null, both],
    [1, null],
  ] as const)
    expect(results(code, cases)).toEqual([])
})

test('a fixed number of runs is judged by all of them', () => {
  const run = (state: TestCase['state']) => ({ exitCode: state === 'passed' ? 0 : 1, cases: [named('a', state)] })
  const judged = (...states: readonly TestCase['state'][]) => judgeForks([named('a')], states.map(run))
  expect(judged('failed', 'passed', 'passed')).toEqual([{ key: key('a'), verdict: 'flaky', forks: 3, passed: 2 }])
  expect(judged('failed', 'failed')).toMatchObject([{ verdict: 'fails', forks: 2, passed: 0 }])
  expect(judged('failed', 'skipped')).toMatchObject([{ verdict: 'unknown', forks: 2 }])
  expect(judged()).toMatchObject([{ verdict: 'unknown', forks: 0 }])
})
