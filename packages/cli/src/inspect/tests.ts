import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { type RunRecord, stepsOf } from '../records/run-record.ts'
import type { Tests } from '../view/run-model.ts'
import { printFailedTests } from './failed-tests.ts'

/** Returns the failed tests that the steps of a run reported, and the number of all tests. */
export function recordedTests({ events }: RunRecord) {
  // A later attempt of a step replaces the results of an earlier one.
  const byStep = new Map(events.flatMap((event) => (event.kind === 'tests' ? [[event.step_id, event] as const] : [])))
  const keys = new Map(stepsOf(events).map(({ id, key }) => [id, key]))
  const reported = [...byStep.values()]
  const sum = (count: (tests: Tests) => number) => reported.reduce((all, tests) => all + count(tests), 0)
  const counts = {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
  }
  const data = reported.flatMap(({ step_id: id, failures }) =>
    failures.map((failure) => ({ ...failure, step: keys.get(id) ?? null })),
  )
  return { data, counts, isReported: reported.length > 0 }
}

/** Shows the tests reported by the steps of a local run. */
export async function localTests({ global, output }: Context<'test'>, run: RunRecord): Promise<ExitCode> {
  const { data, counts, isReported } = recordedTests(run)
  if (global.json)
    await output.json({ data: data.map(({ step, ...test }) => ({ ...test, state: 'failed', step_key: step })), counts })
  else if (!isReported) output.say(noReports(`run ${run.number}`))
  else await printFailedTests(output, data, counts)
  return exits.ok
}

/** Reports that no step reported tests, and explains how to report them. */
export function noReports(of: string): string {
  return `no step of ${of} reported tests; name the file that the test runner writes: tests: 'junit.xml'`
}
