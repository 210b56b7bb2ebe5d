import { join } from 'node:path'
import type { PlannedArtifact, PlannedStep } from '@harmont/ir'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileParts } from '../artifacts/file-parts.ts'
import type { PartStore } from '../artifacts/part-store.ts'
import type { Build } from '../core/model.ts'
import { createMemoryStore, type MemoryStore } from '../memory/memory-store.ts'
import { archive, type Bench, logOf, openBench, run, step, submit, timedOut } from '../runner/runner.test-support.ts'

let bench: Bench
let store: MemoryStore
beforeAll(async () => {
  const kept = () => openFileParts(join(bench.directory, 'parts'))
  const parts: PartStore = { lacking: (...wanted) => kept().lacking(...wanted), put: (...part) => kept().put(...part) }
  bench = await openBench({
    parts,
    store: (settings) => {
      store = createMemoryStore(settings)
      return store
    },
  })
})
afterAll(() => bench.close())

const report = (path: string, more: Partial<PlannedArtifact> = {}): PlannedArtifact => ({
  ...{ path, when: 'always', kind: 'junit', expiresSeconds: null, required: false },
  ...more,
})

/** Returns a step that writes a report and exits with this code. */
const testing = (cases: string, code: number, more: Partial<PlannedStep> = {}) =>
  step(`echo "<testsuite>${cases}</testsuite>" >junit.xml; exit ${code}`, { artifacts: [report('junit.xml')], ...more })

const reportsOf = ({ jobs }: Build, at = 0) => store.outputs.of(jobs[at]?.id ?? '').tests
const failing = (name: string, said: string) =>
  `<testcase name='${name}'><failure message='${said}'>at f (/workspace/src/a.js:3:7)</failure></testcase>`

test('G68 a red test has its name, file and line, without secrets of the build', async () => {
  bench.secrets.set('token', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' })
  const source = await archive(bench, { 'src/a.js': 'x' })
  const cases = `${failing('adds $T', 'expected 1 to be $T')}<testcase name='b'/>`
  const build = await run(bench, [testing(cases, 1, { secrets: { T: 'token' } })], { source })
  expect([build.state, reportsOf(build)]).toEqual([
    'failed',
    [
      {
        path: 'junit.xml',
        format: 'junit',
        cases: [
          { suite: '', name: 'adds ***', state: 'failed', message: 'expected 1 to be ***', file: 'src/a.js', line: 3 },
          { suite: '', name: 'b', state: 'passed' },
        ],
        faults: 0,
      },
    ],
  ])
})

test('G68 a cache hit shows the reports of its entry, or reads its files again if the step names other reports', async () => {
  const cases = `<testcase name='a'/>`
  const fields = { cacheKey: 'tested' }
  const first = await run(bench, [testing(cases, 0, fields)])
  const second = await run(bench, [testing(cases, 0, fields)])
  expect(second.jobs[0]?.cached).toBe(true)
  expect(reportsOf(second)).toEqual(reportsOf(first))
  expect(reportsOf(second)[0]?.cases).toHaveLength(1)
  const third = await run(bench, [testing(cases, 0, { ...fields, artifacts: [report('*.xml')] })])
  expect([third.jobs[0]?.cached, reportsOf(third)]).toEqual([true, reportsOf(first)])
})

test('a report counts only after the outcome that its artifact names, which includes a timeout', async () => {
  const passed = await run(bench, [
    testing(`<testcase name='a'/>`, 0, { artifacts: [report('*.xml', { when: 'failed' })] }),
  ])
  expect(reportsOf(passed)).toEqual([])
  const late = `echo "<testsuite>${failing('slow', 'late')}" >junit.xml; echo up; sleep 611`
  const build = await timedOut(bench, await submit(bench, [step(late, { artifacts: [report('junit.xml')] })]))
  expect(build.jobs[0]?.state).toBe('timed_out')
  expect(reportsOf(build)).toMatchObject([{ problem: 'it ends early', cases: [{ name: 'slow', state: 'failed' }] }])
})

test('G68 hostile reports cause remarks, and change no outcome', async () => {
  const script = `ln -s /etc/passwd a.xml; mkfifo b.xml; truncate -s 1T c.xml; : >d.xml
    { printf '<testsuite><testcase name="'; head -c 60000000 /dev/zero | tr '\\0' a; printf '"/></testsuite>'; } >e.xml`
  const build = await run(bench, [step(script, { artifacts: [report('*.xml')] })])
  expect(build.state).toBe('passed')
  expect(reportsOf(build).map(({ path, cases, problem }) => [path, cases.length, problem])).toEqual([
    ['d.xml', 0, 'it is empty'],
    ['e.xml', 1, undefined],
    ['c.xml', 0, 'the reports of the step are larger than 64 MiB'],
  ])
  const log = await logOf(bench, build.jobs[0])
  expect(log).toContain('<report_unreadable: "d.xml": it is empty; tests read: 0>')
  expect(log).toContain('<report_unreadable: "c.xml": the reports of the step are larger than 64 MiB; tests read: 0>')
})
