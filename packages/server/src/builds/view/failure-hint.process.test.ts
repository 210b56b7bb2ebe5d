import { execFileSync } from 'node:child_process'
import { anyCharacter } from '@harmont/test-kit/character'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hintOf } from './failure.ts'
import { shellWord } from './shell-view.ts'

const step = { resources: { cpu: 2, memoryGb: 4, diskGb: 20 }, timeoutSeconds: 60, secrets: { T: 'npm_read' } }

test.for([
  ['out_of_memory', 137, '4 GB'],
  ['disk_limit', null, '20 GB'],
  ['step_timeout', null, '60 s'],
  ['secret_missing', null, 'npm_read'],
  ['sandbox_lost', null, 'retry if it is safe'],
  ['provision_failed', null, 'check its name and registry'],
  [null, 127, 'not found'],
  [null, 137, 'SIGKILL'],
] as const)('web B3 %s with exit code %s has a hint with its facts', ([errorCode, exitCode, fact]) => {
  expect(hintOf({ errorCode, exitCode }, step)).toContain(fact)
})

test('a failure that is explained only by its log has no hint', () => {
  expect(hintOf({ errorCode: null, exitCode: 1 }, step)).toBe(null)
})

test('web X4 a suggested command is quoted correctly for a shell', () => {
  const words = fc
    .sample(fc.string({ unit: anyCharacter }), 30)
    .filter((word) => !word.includes('\0') && word.isWellFormed())
  const all = ['it works', "it's", '', '$(id)', '`id`', '-x', 'a\nb', ...words]
  const script = `printf '%s\\0' ${all.map(shellWord).join(' ')}`
  expect(execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1)).toEqual(all)
})
