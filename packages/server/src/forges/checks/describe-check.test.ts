import { type Failure, nothingFound } from '@harmont/logs'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markdownTree } from '../../builds/annotations/markdown-tree.ts'
import { type CheckedJob, type CheckSubject, describeCheck, lastBytes } from './describe-check.ts'

const at = (seconds: number) => new Date(1_750_000_000_000 + seconds * 1000)
const job = (fields: Partial<CheckedJob> = {}): CheckedJob => ({
  name: 'unit',
  state: 'passed',
  exitCode: 0,
  errorCode: null,
  errorMessage: null,
  softFailed: false,
  inQuarantine: false,
  finishedAt: at(9).getTime(),
  ...fields,
})
const subject = (
  build: Partial<CheckSubject['build']> = {},
  jobs: readonly CheckedJob[] = [job()],
  lastOutput: string | null = null,
  found = nothingFound,
  annotations: CheckSubject['annotations'] = [],
): CheckSubject => ({
  build: {
    id: 'b',
    number: 7,
    pipeline_slug: 'ci',
    organization_slug: 'acme',
    state: 'passed',
    error_code: null,
    error_message: null,
    is_held: false,
    awaits_place: false,
    created_at: at(0),
    started_at: at(1),
    finished_at: at(9),
    idle_ms: 0,
    ...build,
  },
  jobs,
  lastOutput,
  found,
  annotations,
  failedTests: [],
  publicUrl: 'https://ci.example',
})
const stateOf = (...given: Parameters<typeof subject>) => {
  const { state } = describeCheck(subject(...given))
  return state.status === 'completed' ? state.conclusion : state.status
}

test('a retried build starts later for its forge, so that its duration is its run time', () => {
  const again = { finished_at: at(2_168), idle_ms: 2_100_000 }
  expect(describeCheck(subject(again)).state).toMatchObject({ startedAt: at(2_101), completedAt: at(2_168) })
})

test('each final state has a conclusion, and other builds are queued or in progress', () => {
  const open = { finished_at: null }
  expect(stateOf({ state: 'scheduled', started_at: null, ...open })).toBe('queued')
  for (const state of ['running', 'failing', 'canceling'] as const)
    expect(stateOf({ state, ...open })).toBe('in_progress')
  expect(stateOf({ state: 'scheduled', started_at: null, is_held: true, ...open })).toBe('action_required')
  expect(stateOf({ state: 'passed' })).toBe('success')
  expect(stateOf({ state: 'canceled' })).toBe('cancelled')
  expect(stateOf({ state: 'canceled', error_code: 'approval_expired' })).toBe('cancelled')
  expect(stateOf({ state: 'failed' }, [job({ state: 'failed', exitCode: 1 })])).toBe('failure')
  expect(stateOf({ state: 'failed' }, [job({ state: 'timed_out' })])).toBe('timed_out')
  expect(stateOf({ state: 'failed', error_code: 'pipeline_timeout' }, [])).toBe('timed_out')
  expect(stateOf({ state: 'failed', error_code: 'render_failed', started_at: null }, [])).toBe('failure')
  const late = job({ state: 'timed_out', finishedAt: at(8).getTime() })
  const soft = job({ state: 'timed_out', softFailed: true, finishedAt: at(1).getTime() })
  expect(stateOf({ state: 'failed' }, [late, soft, job({ state: 'failed', finishedAt: at(3).getTime() })])).toBe(
    'failure',
  )
})

test('a failure shows its first job, its message and the end of its output', () => {
  const jobs = [
    job(),
    job({ name: 'lint *x*', state: 'failed', exitCode: 2, finishedAt: at(2).getTime() }),
    job({ state: 'failed', exitCode: 1 }),
  ]
  const { output, actions, detailsUrl } = describeCheck(subject({ state: 'failed' }, jobs, 'a\n```\nb\n'))
  expect(output).toEqual({
    title: 'lint *x* failed with exit code 2, and 1 more',
    summary: 'Build #7 of ci: 1 passed, 2 failed.',
    text: '**lint \\*x\\*** failed with exit code 2.\n\n````text\na\n```\nb\n````',
  })
  expect(actions.map(({ identifier }) => identifier)).toEqual(['retry_failed'])
  expect(detailsUrl).toBe('https://ci.example/acme/pipelines/ci/builds/7')
  const broken = describeCheck(
    subject({ state: 'failed', error_code: 'render_failed', error_message: '.hm/ci.ts:3: no' }, []),
  )
  expect(broken.output).toMatchObject({ title: 'render_failed', text: '```text\n.hm/ci.ts:3: no\n```' })
})

const reported = (fields: Partial<Failure> = {}): Failure => ({
  ...{ test: 'invoice › rounds', message: 'expected 2, got 1', file: 'src/invoice.test.ts', line: 7, logLine: 40 },
  ...fields,
})

test('failed tests are named, the first one with its location', () => {
  const failures = [reported(), reported({ test: null, message: 'no module', file: null, line: null })]
  const found = { failures, tests: 8, errors: 1 }
  const { output } = describeCheck(
    subject({ state: 'failed' }, [job({ state: 'failed', exitCode: 1 })], 'end\n', found),
  )
  expect(output.title).toBe('unit: 8 tests failed, 1 error')
  expect(output.text).toBe(
    '**unit** failed with exit code 1.\n\n```text\ninvoice › rounds — expected 2, got 1 · invoice.test.ts:7\nno module\nand 7 more\n```\n\n```text\nend\n```',
  )
})

test("a failure in quarantine is reported, and so is the forks' verdict on a failed test", () => {
  const errorMessage = 'Failed softly: 2 tests in quarantine.'
  const soft = job({ state: 'failed', exitCode: 1, softFailed: true, inQuarantine: true, errorMessage })
  const { output } = describeCheck(subject({}, [job(), soft]))
  expect([output.title, output.text]).toEqual(['1 of 2 jobs passed, 1 failed softly', `**unit**: ${errorMessage}`])
  const found = { failures: [reported({ note: 'flaky: 1 of 3 forks passed' })], tests: 1, errors: 0 }
  const red = describeCheck(subject({ state: 'failed' }, [job({ state: 'failed', exitCode: 1 })], null, found))
  expect(red.output.text).toContain('got 1 · invoice.test.ts:7 · flaky: 1 of 3 forks passed\n')
})

test('annotations of steps are shown without HTML, as far as there is room', () => {
  const one = (markdown: string, style: 'summary' | 'warning' = 'summary') => ({
    ...{ name: 'si*ze', style, tree: markdownTree(markdown), step: 'unit' },
  })
  const told = (...annotations: CheckSubject['annotations']) =>
    describeCheck(subject({}, [job()], null, nothingFound, annotations)).output.annotations
  expect(told(one('# Sum\n\n<img src=x>'), one('grew', 'warning'))).toBe(
    '**unit**\n\n# Sum\n\n\\<img src\\=x\\>\n\n⚠️ **si\\*ze** · **unit**\n\ngrew',
  )
  const long = told(...Array.from({ length: 9 }, () => one('<'.repeat(20_000)))) ?? ''
  expect(long.length).toBeLessThanOrEqual(60_100)
  expect(long).toMatch(/\n\n8 more on the page of the build\.$/)
})

test('a build that waits for approval has a button to approve it', () => {
  const held = describeCheck(subject({ state: 'scheduled', is_held: true, started_at: null, finished_at: null }, []))
  expect(held.actions.map(({ identifier }) => identifier)).toEqual(['approve'])
  expect(held.output.summary).toContain('without secrets')
  expect(describeCheck(subject()).actions).toEqual([])
})

test('any output of a job becomes a text that GitHub accepts, within its fence', () => {
  const piece = fc.constantFrom('`', '```', '\n', 'é', '😀', 'a', '~', '<')
  const output = fc
    .tuple(fc.array(piece, { maxLength: 50 }), fc.integer({ min: 1, max: 4000 }))
    .map(([parts, times]) => parts.join('').repeat(times))
  fc.assert(
    fc.property(output, output, (written, message) => {
      const text = written.replaceAll('\n', ' ').slice(0, 300)
      const failures = Array.from({ length: 10 }, () => reported({ test: text, message: text, file: text }))
      const found = { failures, tests: 10, errors: 0 }
      const failed = job({ name: written.slice(0, 300), state: 'failed', exitCode: 1, errorMessage: message })
      const { output: told, actions } = describeCheck(subject({ state: 'failed' }, [failed], written, found))
      expect(Buffer.byteLength(told.text ?? '')).toBeLessThanOrEqual(65_000)
      expect(told.title.length).toBeLessThanOrEqual(255)
      expect(told.text).not.toContain('\uFFFD')
      const fences = [...(told.text ?? '').matchAll(/^(`{3,})text$/gm)].map(([, fence]) => fence)
      for (const fence of fences)
        expect((told.text ?? '').split('\n').filter((line) => line === fence)).not.toHaveLength(0)
      for (const { label, description, identifier } of actions)
        expect([label.length <= 20, description.length <= 40, identifier.length <= 20]).toEqual([true, true, true])
    }),
    { numRuns: scaled(100) },
  )
  expect(lastBytes('aé', 1)).toBe('')
  expect(lastBytes('aé', 2)).toBe('é')
})
