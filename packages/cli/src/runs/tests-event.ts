import type { TestCase, TestReport } from '@harmont/engine'
import { MAX_FAILURES, testTitle } from '@harmont/logs'
import type { FailedTest, RunEvent } from '../events/run-event.ts'

/** Returns the event with a step's test results; none without tests. */
export function testsEvent(step_id: string, reports: readonly TestReport[]): readonly RunEvent[] {
  const cases = reports.flatMap((report) => report.cases)
  if (cases.length === 0) return []
  const of = (...states: TestCase['state'][]) => cases.filter(({ state }) => states.includes(state))
  const failed = of('failed', 'errored')
  const failures = failed.slice(0, MAX_FAILURES).map(failedTest)
  const counts = { passed: of('passed').length, failed: failed.length, skipped: of('skipped').length }
  return [{ kind: 'tests', step_id, ...counts, failures }]
}

function failedTest(test: TestCase): FailedTest {
  const { file = null, line = null, message = null } = test
  return { name: testTitle(test), file, line, message }
}
