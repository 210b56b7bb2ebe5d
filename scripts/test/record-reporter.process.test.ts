import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RunRecord } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'harmont-record-'))
afterAll(() => rmSync(folder, { recursive: true }))

const files = {
  good: "test('a', () => {}); test('b', () => {}); test.skip('c', () => {})",
  wrong: "test('a', () => {}); describe('in', () => test('b', () => { expect(1).toBe(2) }))",
  hook: "beforeAll(() => { throw new Error('no server') }); test('a', () => {})",
  suite: "describe('in', () => { afterAll(() => { throw new Error('left over') }); test('a', () => {}) })",
  unread: "throw new Error('not a module'); test('a', () => {})",
  stray:
    "test('a', () => { setTimeout(() => { throw new Error('nobody waits') }); return new Promise((r) => setTimeout(r, 50)) })",
  dies: "test('a', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}) })",
}

/** Runs vitest on the files above and returns its record. */
function record(): RunRecord {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.js`), text)
  writeFileSync(join(folder, 'vitest.config.js'), 'export default {}')
  const path = join(folder, 'record.json')
  const reporter = resolve(import.meta.dirname, 'record-reporter.ts')
  const args = ['run', '--root', folder, '--globals', '--pool=forks', `--reporter=${reporter}`]
  const run = spawnSync('vitest', args, { env: { ...process.env, HARMONT_TEST_RECORD: path }, encoding: 'utf8' })
  expect(run.status, run.stdout + run.stderr).toBe(1)
  return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
}

test('every failure in a file is reported for that file', () => {
  const { files, elsewhere } = record()
  const told = Object.fromEntries(files.map((it) => [it.file.replace('.test.js', ''), it]))
  const failure = (name: string) => told[name]?.failures.join('\n')
  expect(told.good).toMatchObject({ file: 'good.test.js', kind: '', passed: 2, failures: [] })
  expect(told.good?.seconds).toBeGreaterThan(0)
  expect(told.wrong?.passed).toBe(1)
  expect(failure('wrong')).toMatch(/^in > b\n.*expected 1 to be 2/)
  expect(failure('hook')).toContain('no server')
  expect(failure('suite')).toContain('left over')
  expect(failure('unread')).toContain('not a module')
  expect(failure('stray')).toContain('nobody waits')
  expect(failure('dies')).toBe('its tests did not end')
  expect(elsewhere).toEqual([])
})
