import { expect, test } from 'vitest'
import type { JobView } from '../data/job-state.ts'
import { at, epoch, makeFailed, makeJob, makeView } from '../testing/make-view.ts'
import { sentenceOf } from './build-sentence.ts'
import { shortReason } from './failure-reason.ts'
import { sentenceText } from './sentence.ts'

type View = Parameters<typeof sentenceOf>[0]

const say = (view: View, seconds = 0) => sentenceText(sentenceOf(view, 'acme', epoch + seconds * 1000))
const failure = (kind: string, platform = false) => ({
  ...{ kind, platform, signal: null, message: '', first_error_line: null, tail: [], hint: null, doc_url: null },
})

test('web R1 the sentence of a failed build has the step, cause, duration, place and last passed build', () => {
  const job = makeFailed('test', 1, { failure: { ...failure('exit'), first_error_line: 4812 } })
  const view = makeView([job], { state: 'failed' }, { last_passed: { number: 58, commit: null } })
  expect(say(view)).toBe(
    'test failed: exit 1 after 2 m 14 s. First error at line 4,812. This branch last passed in #58.',
  )
})

test('web R1 failed tests are counted, and the first shows its name, message and location', () => {
  const report = {
    test: 'invoice › rounds',
    message: 'expected 2, got 1',
    file: 'src/invoice.test.ts',
    line: 7,
    log_line: 9,
  }
  const told = (fields: object) =>
    say(makeView([makeFailed('test', 1, { failure: { ...failure('exit'), ...fields } })], { state: 'failed' }))
  expect(told({ first_error_line: 9, failed_tests: 2, other_errors: 0, reports: [report, report] })).toBe(
    'test: 2 tests failed after 2 m 14 s: invoice › rounds — expected 2, got 1 · invoice.test.ts:7.',
  )
  expect(told({ failed_tests: 1, reports: [{ ...report, verdict: 'flaky', forks: 3, fork_passes: 1 }] })).toBe(
    'test: 1 test failed after 2 m 14 s: invoice › rounds — expected 2, got 1 · invoice.test.ts:7 · flaky: 1 of 3 forks passed.',
  )
  const error = { ...report, test: null, message: 'x'.repeat(200), file: null, line: null, log_line: 4812 }
  expect(told({ first_error_line: 4812, failed_tests: 1, other_errors: 1, reports: [error, report] })).toBe(
    `test: 1 test failed, 1 error after 2 m 14 s: ${'x'.repeat(139)}… · line 4,812.`,
  )
  const many = { first_error_line: 4812, failed_tests: 0, reports: [{ ...error, message: 'no such file' }] }
  expect(told({ ...many, other_errors: 1 })).toBe('test failed after 2 m 14 s: no such file · line 4,812.')
  expect(told({ ...many, other_errors: 3 })).toBe(
    'test failed after 2 m 14 s with 3 errors: no such file · line 4,812.',
  )
  expect(told({ kind: 'out_of_memory', reports: [report] })).toBe('test failed: out of memory after 2 m 14 s.')
})

test('web R5 the sentence about a lost runner does not blame the command', () => {
  const job = makeFailed('test', 1, { exit_code: null, failure: failure('sandbox_lost', true) })
  expect(say(makeView([job], { state: 'failed' }))).toBe(
    'test was interrupted: its runner was lost after 2 m 14 s. Your command did not cause it.',
  )
})

test('web R5 the sentence about an image that cannot be prepared names no culprit', () => {
  for (const kind of ['provision_failed', 'service_unsupported']) {
    const job = makeFailed('test', 1, { exit_code: null, started_at: null, failure: failure(kind, true) })
    const shown = say(makeView([job], { state: 'failed' }))
    expect(shown).toMatch(/^test did not start: (its image or file system could not be prepared|a service .*)\.$/)
    expect(shortReason(job)).toBe('not started')
  }
})

test('web R5 only a lost runner makes a row read "lost"', () => {
  const rowOf = (kind: string) => shortReason(makeFailed('test', 1, { exit_code: null, failure: failure(kind, true) }))
  expect(['sandbox_lost', 'agent_heartbeat_lost', 'build_abandoned'].map(rowOf)).toEqual(['lost', 'lost', 'lost'])
  expect(['snapshot_failed', 'moon_rose'].map(rowOf)).toEqual(['not kept', 'moon_rose'])
})

test('web R5 an empty balance and a pipeline file that fails to render are not failed steps', () => {
  const poor = { state: 'failed', error_code: 'billing_insufficient_balance', error_message: 'no money' } as const
  expect(say(makeView([], poor))).toBe('Not started: the balance of acme is used up.')
  const render = makeFailed('', 1, { step_key: null, name: 'Render the pipeline' })
  const unrendered = { state: 'failed', error_code: 'render_failed', error_message: 'SyntaxError' } as const
  expect(say(makeView([], unrendered, { render }))).toBe('Not started: the pipeline file failed to render.')
  const unplanned = { state: 'failed', error_code: 'cycle', error_message: 'a → b → a' } as const
  expect(say(makeView([], unplanned))).toBe('Not started: steps depend on each other in a cycle.')
  expect(say(makeView([], { state: 'failed', error_code: 'new_code', error_message: 'The moon.' }))).toBe(
    'Not started: The moon.',
  )
})

test('web B3 exit code 137 means killed, or out of memory if the sandbox reports it', () => {
  expect(say(makeView([makeFailed('test', 137)], { state: 'failed' }))).toContain('exit 137: killed (SIGKILL)')
  const job = makeFailed('test', 137, { failure: failure('out_of_memory') })
  expect(say(makeView([job], { state: 'failed' }))).toBe('test failed: out of memory after 2 m 14 s.')
  const slow = makeFailed('test', 0, { state: 'timed_out', exit_code: null, failure: failure('step_timeout') })
  expect(say(makeView([slow], { state: 'failed' }))).toBe('test timed out after 2 m 14 s.')
})

test('a failing build names other failures and the steps that still run', () => {
  const jobs = [
    makeFailed('test', 1),
    makeFailed('lint', 2, { finished_at: at(200) }),
    makeJob('e2e', { state: 'running' }),
  ]
  expect(say(makeView(jobs, { state: 'failing' }))).toBe(
    'test failed: exit 1 after 2 m 14 s. 1 more step failed. 1 step still runs.',
  )
})

test("a running build counts its steps and subtracts the estimate's age from the remaining time", () => {
  const jobs = [makeJob('a'), makeJob('b', { state: 'running', started_at: at(0) }), makeJob('c', { state: 'pending' })]
  const view = makeView(jobs, { state: 'running' }, { eta_ms: 180_000 })
  expect(say(view)).toBe('Running: 1 of 3 steps, about 3 min left.')
  expect(say(view, 150)).toBe('Running: 1 of 3 steps, about 30 s left.')
  expect(say(view, 200)).toBe('Running: 1 of 3 steps, longer than usual.')
  expect(say(makeView(jobs, { state: 'running' }))).toBe('Running: 1 of 3 steps.')
  const render = makeJob('', { step_key: null, state: 'running' })
  expect(say(makeView([], { state: 'running' }, { render }))).toContain('Rendering the pipeline file')
})

test('web B5 a waiting build names its reason and the time waited so far', () => {
  const waiting = (message: string, ahead: number | null = null, limit: number | null = null) => ({
    ...{ message, since: at(0), ahead, limit, refs: [] },
  })
  const queued = (said: ReturnType<typeof waiting>) => makeJob('a', { state: 'scheduled', waiting: said })
  const runner = queued(waiting('Waiting for a free runner; 3 jobs are ahead.', 3))
  expect(say(makeView([runner], { state: 'scheduled' }), 40)).toBe(
    'Waiting for a free runner; 3 jobs are ahead. 40 s so far.',
  )
  const limit = queued(waiting('Waiting for the limit of 8 running jobs in `acme`; 3 jobs are ahead.', 3, 8))
  expect(say(makeView([limit], { state: 'scheduled' }), 40)).toBe(
    'Waiting for the limit of 8 running jobs in `acme`; 3 jobs are ahead. 40 s so far.',
  )
  const later = queued(waiting('Retrying at 10:30.'))
  expect(say(makeView([makeJob('b'), later], { state: 'running' }), 40)).toBe(
    'Running: 1 of 2 steps; waiting. Retrying at 10:30. 40 s so far.',
  )
})

test('a canceled build names the person who canceled it, and its run time', () => {
  // The retried build ran for 31 s of these ten minutes.
  const times = { started_at: at(0), finished_at: at(600), run_ms: 31_000 }
  const by = { canceled_by: { user_uuid: null, name: 'Ada' } }
  expect(say(makeView([], { state: 'canceled', ...times }, by))).toBe('Canceled by Ada after 31 s.')
  expect(say(makeView([], { state: 'canceled', finished_at: at(31) }))).toBe('Canceled before it started.')
  expect(say(makeView([], { state: 'canceled', error_code: 'approval_expired' }))).toBe(
    'Canceled: not approved in time.',
  )
  expect(say(makeView([makeJob('a', { state: 'canceling' })], { state: 'canceling' }))).toBe(
    'Canceling: 1 step is being stopped.',
  )
})

test('a passed build counts cached steps and names allowed failures', () => {
  const jobs = [
    makeJob('a', { cached: true }),
    makeJob('b'),
    makeJob('c', { state: 'skipped' }),
    makeFailed('lint', 1, { soft_failed: true }),
  ]
  expect(say(makeView(jobs, { state: 'passed', started_at: at(0), finished_at: at(900), run_ms: 242_000 }))).toBe(
    'Passed: 4 steps in 4 m 02 s (1 from the cache, 1 skipped). lint failed (allowed).',
  )
  const soft = (key: string, quarantined: number) =>
    makeFailed(key, 1, { soft_failed: true, failure: { ...failure('exit'), quarantined } })
  const passed = (...jobs: JobView[]) => say(makeView(jobs, { state: 'passed' }))
  expect(passed(soft('unit', 2))).toMatch(/ unit failed softly: 2 tests in quarantine\.$/)
  expect(passed(soft('unit', 2), soft('web', 1))).toMatch(/ 2 steps failed softly: 3 tests in quarantine\.$/)
  expect(passed(soft('unit', 2), soft('lint', 0))).toMatch(/ 2 steps failed \(allowed\)\.$/)
})
