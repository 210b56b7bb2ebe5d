import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { localHome } from '../records/home.ts'
import { AppendedFile, beginRecord, runFiles } from '../records/run-records.ts'
import { runHmHere } from '../test-support/run-hm-here.ts'
import { events } from '../view/story.test-support.ts'

let cwd: string

beforeAll(() => {
  cwd = realpathSync(mkdtempSync('/var/tmp/hm-tests-'))
})
afterAll(() => rmSync(cwd, { recursive: true }))

/** Records a run of the step `unit` with these events. */
function record(number: number, told: readonly RunEvent[]): void {
  const { runs } = localHome(join(cwd, '.cache', 'hm'))
  const facts = {
    slug: 'ci',
    name: 'ci',
    message: null,
    branch: null,
    commit: null,
    env: {},
    only: null,
    retryOf: null,
  }
  const begun = beginRecord(
    runs,
    { id: `run-${number}`, directory: cwd, startedAt: 0, process: 'none', ...facts },
    '{}',
  )
  const file = new AppendedFile(runFiles(runs, begun.record).events)
  const { queued, start, end, buildEnd } = events
  for (const event of [queued('unit'), start('unit'), ...told, end('unit', 'failed', 1), buildEnd('failed', 1)])
    file.add(`${JSON.stringify(event)}\n`)
  file.close()
}

const reported = (failed: number, message: string): RunEvent => ({
  ...{ kind: 'tests', step_id: 'id-unit', passed: 5, failed, skipped: 2 },
  failures: [{ name: 'cart › rounds', file: 'src/cart.test.ts', line: 7, message }],
})

test('hm test prints the failed tests of the last run with place and message, and how many there are', async () => {
  record(1, [reported(1, 'of the first attempt'), reported(3, 'expected 2\n\n  got 1\x1b[31m')])
  expect(await runHmHere(['test'], { cwd })).toEqual({
    ...{ code: 0, signal: null, stderr: '' },
    stdout: [
      'cart › rounds  src/cart.test.ts:7  (step unit)',
      '  expected 2',
      '    got 1',
      '',
      'and 2 more failed tests',
      '3 failed, 5 passed, 2 skipped',
      '',
    ].join('\n'),
  })
  const { stdout } = await runHmHere(['test', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject({
    data: [{ name: 'cart › rounds', line: 7, state: 'failed', step_key: 'unit' }],
    counts: { passed: 5, failed: 3, skipped: 2 },
  })
})

test('hm test of a run without reports explains how a step reports its tests; --history takes no number', async () => {
  record(2, [])
  expect(await runHmHere(['test'], { cwd })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining("tests: 'junit.xml'"),
  })
  expect(await runHmHere(['test', '2', '--history', 'x'], { cwd })).toMatchObject({ code: 2 })
})
