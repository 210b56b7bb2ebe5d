import { expect, test } from 'vitest'
import { bytes, duration, wholeSeconds } from './amounts.ts'

test.each([
  [0, '0ms'],
  [0.4, '0ms'],
  [340, '340ms'],
  [999.4, '999ms'],
  [999.6, '1.0s'],
  [9_949, '9.9s'],
  [9_951, '10s'],
  [59_499, '59s'],
  [59_500, '1m 00s'],
  [62_000, '1m 02s'],
  [3_599_600, '1h 00m'],
  [7_380_000, '2h 03m'],
  [-5, '0ms'],
])('%d ms is formatted as %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test.each([
  [999, '0s'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m 00s'],
  [-1, '0s'],
])('%d ms of a running step is formatted as %s', (ms, text) => {
  expect(wholeSeconds(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_960, '10 kB'],
  [999_600, '1.0 MB'],
  [12_345_678, '12 MB'],
  [5e15, '5000 TB'],
])('%d bytes is formatted as %s', (count, text) => {
  expect(bytes(count)).toBe(text)
})
