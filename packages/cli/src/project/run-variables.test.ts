import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runSecrets, runVariables } from './run-variables.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hm-variables-'))
  mkdirSync(join(directory, '.hm'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a flag overrides a file, and a later file overrides an earlier one', () => {
  writeFileSync(join(directory, 'one'), '# a comment\nA=1\nB="two words"\nC=1\n')
  writeFileSync(join(directory, 'two'), 'C=2\nD=2\n')
  expect(runVariables({ env: [{ name: 'D', value: 'flag' }], envFile: ['one', 'two'] }, directory)).toEqual({
    A: '1',
    B: 'two words',
    C: '2',
    D: 'flag',
  })
  expect(() => runVariables({ env: [], envFile: ['nope'] }, directory)).toThrow('nope')
})

test('a secret comes from the flag, .hm/secrets.env, .env or the environment, in this order; all missing ones are reported', () => {
  writeFileSync(join(directory, '.hm/secrets.env'), 'B=secrets\nA=secrets\n')
  writeFileSync(join(directory, '.env'), 'A=env\nB=env\nC=env\n')
  const env = { A: 'own', B: 'own', C: 'own', D: 'own' }
  const sources = { flags: [{ name: 'A', value: 'flag' }], directory, env }
  expect(Object.fromEntries(runSecrets(['A', 'B', 'C', 'D'], sources))).toEqual({
    A: 'flag',
    B: 'secrets',
    C: 'env',
    D: 'own',
  })
  expect(() => runSecrets(['A', 'X', 'Y'], sources)).toThrow('the secrets X, Y are not defined')
  const flags = [{ name: 'Z', value: undefined }]
  expect(() => runSecrets(['Z'], { ...sources, flags })).toThrow('--secret Z has no value')
  // A name that no secret has may itself be a secret value.
  expect(() => runSecrets([], { ...sources, flags })).toThrow(/^--secret without a value needs a variable that is set$/)
})
