import type { ForkOutput, TestCase } from '@harmont/engine'
import { expect, test } from 'vitest'
import { judgeTests } from './judge-tests.ts'

const one = (name: string, state: TestCase['state']): TestCase => ({ suite: 'cart', name, state })
const fork = (...cases: readonly TestCase[]): ForkOutput => ({
  exitCode: cases.some(({ state }) => state === 'failed') ? 1 : 0,
  cases,
})
const verdicts = (forks: readonly ForkOutput[], ...redBefore: readonly string[]) => {
  const { red, green } = judgeTests(forks, new Set(redBefore.map((name) => `cart › ${name}`)))
  return [...red.map(({ test: { name }, verdict, passed }) => `${name} ${verdict} ${passed}`), green]
}

test('a test is flaky if the same files gave both results, in the run before or in a fork', () => {
  const forks = [
    fork(one('red', 'failed'), one('both', 'passed'), one('green', 'passed')),
    fork(one('red', 'failed'), one('both', 'failed'), one('green', 'passed')),
    fork(one('red', 'failed'), one('both', 'passed'), one('green', 'passed')),
  ]
  expect(verdicts(forks)).toEqual(['red fails 0', 'both flaky 2', 1])
  expect(verdicts(forks, 'green')).toEqual(['red fails 0', 'both flaky 2', 'green flaky 3', 0])
})

test('a single red fork, and forks without a report, prove nothing', () => {
  expect(verdicts([fork(one('red', 'failed'))])).toEqual(['red unknown 0', 0])
  expect(verdicts([fork(one('red', 'failed'))], 'red')).toEqual(['red fails 0', 0])
  expect(verdicts([fork(one('red', 'failed')), { exitCode: 1, cases: null }], 'red')).toEqual(['red unknown 0', 0])
})
