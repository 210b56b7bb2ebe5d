import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVariables } from './start-request.ts'

test('lines of an .env file are variables, values keep their punctuation, and the last value of a name wins', () => {
  const text = '# which\nA=1\r\n\n B = two words = 2\nA=3\nEMPTY='
  expect(readVariables(text)).toEqual({ env: { A: '3', B: ' two words = 2', EMPTY: '' }, problem: null })
  expect(readVariables('').env).toEqual({})
})

test('an invalid line is reported by its number', () => {
  expect(readVariables('A=1\nnot one').problem).toContain('Line 2')
  expect(readVariables('1A=1').problem).toContain('Line 1')
  expect(readVariables('=x').problem).toContain('Line 1')
})

test('any text is parsed or rejected as a whole', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { env, problem } = readVariables(text)
      expect(env === null).toBe(problem !== null)
    }),
  )
})
