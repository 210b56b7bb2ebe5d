import { expect, test } from 'vitest'
import { readAmount } from './credit.ts'

test.for([
  ['10', 1000],
  ['$25', 2500],
  [' 12.50 ', 1250],
  ['1', 100],
  ['10,000', 1_000_000],
  ['10000.00', 1_000_000],
  ['0.99', null],
  ['10000.01', null],
  ['12.5', null],
  ['-5', null],
  ['1e3', null],
  ['', null],
] as const)('web U5 %j is %j cents', ([text, cents]) => {
  expect(readAmount(text)).toBe(cents)
})
