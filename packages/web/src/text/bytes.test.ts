import { expect, test } from 'vitest'
import { formatBytes } from './bytes.ts'

test('sizes have two or three significant digits and decimal units', () => {
  expect([0, 812, 1400, 12_300_000, 999_600, 42e9].map(formatBytes)).toEqual([
    ...['0 B', '812 B', '1.4 kB', '12 MB', '1.0 MB', '42 GB'],
  ])
})
