import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chunkJson } from '@harmont/logs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { localHome } from '../records/home.ts'
import { AppendedFile, beginRecord, runFiles } from '../records/run-records.ts'
import { hmProgram, programEnv } from '../test-support/run-hm.ts'
import { runHmHere } from '../test-support/run-hm-here.ts'
import { events } from '../view/story.test-support.ts'

// A character that reverses the following text.
const key = 'a\u202eb'
const output = 'said\u202e\n--- FAIL: TestA (0.00s)\n    a_test.go:7: got 1, want 2\n'
let cwd: string

beforeAll(() => {
  cwd = realpathSync(mkdtempSync('/var/tmp/hm-logs-'))
  writeLog(1, output)
})
afterAll(() => rmSync(cwd, { recursive: true }))

/** Records a run whose only step failed with this log. */
function writeLog(number: number, text: string, reported: readonly RunEvent[] = []): void {
  const { runs } = localHome(join(cwd, '.cache', 'hm'))
  const { record } = beginRecord(
    runs,
    {
      ...{
        id: `run-${number}`,
        directory: cwd,
        slug: 'ci',
        name: 'ci',
        message: null,
        branch: null,
        commit: null,
        env: {},
      },
      ...{ only: null, retryOf: null, startedAt: 0, process: 'none' },
    },
    '{}',
  )
  const files = runFiles(runs, record)
  const told = new AppendedFile(files.events)
  const { queued, start, end, buildEnd } = events
  for (const event of [queued(key), start(key), ...reported, end(key, 'failed', 1), buildEnd('failed', 1)])
    told.add(`${JSON.stringify(event)}\n`)
  told.close()
  if (text === '') return
  const log = new AppendedFile(files.log(0, 1))
  log.add(`${chunkJson({ seq: 1, kind: 0, content: Buffer.from(text), ts: 0n })}\n`)
  log.close()
}

test('a terminal gets the step’s name and log without control sequences; a file gets the log unchanged', async () => {
  const line = `stty cols 100 && exec '${process.execPath}' '${hmProgram}' logs`
  const env = { ...programEnv, HOME: cwd, TERM: 'xterm' }
  const shown = execFileSync('script', ['-qefc', line, '/dev/null'], { cwd, env, encoding: 'utf8' })
  expect(shown).toMatch(/^\[a\?b\] said\?\r?\n/)
  expect(await runHmHere(['logs'], { cwd })).toMatchObject({ code: 0, stdout: output.replaceAll(/^(?=.)/gm, '[a?b] ') })
})

test('logs of a failed step end with the reports of its tests', async () => {
  const { code, stdout, stderr } = await runHmHere(['logs', '--failed'], { cwd })
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('a_test.go:7: got 1, want 2\n') })
  expect(stderr).toBe('a?b: 1 test failed\n  TestA — got 1, want 2 · a_test.go:7\n')
  expect((await runHmHere(['logs', '--failed', '--json'], { cwd })).stderr).toBe('')
  expect((await runHmHere(['logs'], { cwd })).stderr).toBe('')
})

test('a long log of a failed step shows only the reports of its tests, and how to see all', async () => {
  const long = `${'installing a package\n'.repeat(5_000)}${output}`
  writeLog(2, long)
  const { code, stdout, stderr } = await runHmHere(['logs', '2', '--failed'], { cwd })
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: '[a?b] --- FAIL: TestA (0.00s)\n[a?b]     a_test.go:7: got 1, want 2\n',
  })
  expect(stderr).toBe(
    "a?b: 1 test failed\n  TestA — got 1, want 2 · a_test.go:7\nfull log, 5003 lines: hm logs 2 'a?b'\n",
  )
  expect((await runHmHere(['logs', '2'], { cwd })).stdout.split('\n')).toHaveLength(5_004)
  expect((await runHmHere(['logs', '2', '--failed', '-n', '60'], { cwd })).stdout.split('\n')).toHaveLength(61)
  expect(JSON.parse((await runHmHere(['logs', '2', '--failed', '--json'], { cwd })).stdout).data).toHaveLength(5_003)
})

test('a failed step without output is named', async () => {
  writeLog(3, '')
  expect(await runHmHere(['logs', '3', '--failed'], { cwd })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'a?b: printed nothing\n',
  })
})

test('prints the failed tests of the report and not those that only the log mentions', async () => {
  const one = { name: 'cart › rounds\u202e', file: 'src/cart.test.ts', line: 7, message: 'expected 2\ngot 1' }
  const earlier = { ...one, name: 'of an earlier attempt' }
  const reported = [
    events.tests(key, { failures: [earlier] }),
    events.start(key),
    events.tests(key, { failures: [one] }),
  ]
  writeLog(4, `${'installing a package\n'.repeat(60)}${output}`, reported)
  const { stdout, stderr } = await runHmHere(['logs', '4', '--failed'], { cwd })
  expect(stdout.replaceAll('[a?b] ', '')).toBe(
    '1 test failed\n\ncart › rounds\u202e  src/cart.test.ts:7\n  expected 2\n  got 1\n',
  )
  expect(stderr).toBe(
    "a?b: 1 test failed\n  cart › rounds? — expected 2 · cart.test.ts:7\nfull log, 63 lines: hm logs 4 'a?b'\n",
  )
  writeLog(5, output, reported)
  const short = await runHmHere(['logs', '5', '--failed'], { cwd })
  expect(short.stdout.replaceAll('[a?b] ', '')).toBe(output)
  expect(short.stderr).toBe('a?b: 1 test failed\n  cart › rounds? — expected 2 · cart.test.ts:7\n')
})

test('a run without the requested step lists its steps', async () => {
  const { code, stderr } = await runHmHere(['logs', '1', 'b'], { cwd })
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: 'error[step_not_found]: run 1 has no step b\nfix: its steps are a?b\n',
  })
})
