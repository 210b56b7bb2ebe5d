import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runHmHere } from '../test-support/run-hm-here.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hm-append-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const append = (file: string, options: Partial<Parameters<typeof runHmHere>[1]> = {}) =>
  runHmHere(['pipeline', 'append', file], { cwd, env: { HARMONT_OUTPUT: join(cwd, 'output') }, ...options })
const documentOf = (...keys: string[]) =>
  JSON.stringify({
    version: '0',
    steps: keys.map((key) => ({ type: 'command', key, cmd: 'true', depends_on: ['plan'] })),
  })

test('writes a complete document under its digest, and the same document only once', async () => {
  const text = documentOf('a', 'b')
  writeFileSync(join(cwd, 'plan.json'), text)
  expect(await append('plan.json')).toMatchObject({ code: 0, stdout: '', stderr: '2 steps to append\n' })
  expect(await append('-', { input: text })).toMatchObject({ code: 0 })
  expect(await append('-', { input: documentOf('c') })).toMatchObject({ code: 0 })
  const steps = join(cwd, 'output/steps')
  const names = [text, documentOf('c')].map((one) => `${createHash('sha256').update(one).digest('hex')}.json`)
  expect(readdirSync(steps).sort()).toEqual(names.sort())
  expect(readFileSync(join(steps, `${createHash('sha256').update(text).digest('hex')}.json`), 'utf8')).toBe(text)
})

test('with --json it prints file and keys', async () => {
  const env = { HARMONT_OUTPUT: join(cwd, 'output') }
  const { stdout } = await runHmHere(['pipeline', 'append', '-', '--json'], { cwd, env, input: documentOf('a') })
  expect(JSON.parse(stdout)).toEqual({
    file: expect.stringMatching(/output\/steps\/[0-9a-f]{64}\.json$/),
    steps: ['a'],
  })
})

test('refuses a document without a valid plan and writes nothing', async () => {
  const refused = await append('-', { input: documentOf('a', 'a') })
  expect(refused).toMatchObject({ code: 7, stderr: expect.stringMatching(/^error\[duplicate_key\]: .*stdin/) })
  expect(readdirSync(cwd)).toEqual([])
})

test('a document that cannot be written leaves no partial file', async () => {
  const text = documentOf('a')
  const name = `${createHash('sha256').update(text).digest('hex')}.json`
  mkdirSync(join(cwd, 'output/steps', name, 'in the way'), { recursive: true })
  const refused = await append('-', { input: text })
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringMatching(/^error\[output_unwritable\]: /) })
  expect(readdirSync(join(cwd, 'output/steps'))).toEqual([name])
})

test('reports that it runs outside a step', async () => {
  const outside = await append('-', { env: {}, input: documentOf('a') })
  expect(outside).toMatchObject({ code: 2, stderr: expect.stringContaining('error[not_in_a_step]: ') })
})
