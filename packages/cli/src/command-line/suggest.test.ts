import { expect, test } from 'vitest'
import { suggest } from './suggest.ts'

const words = ['run', 'render', 'rebuild', 'retry', 'pipelines', 'keep-going', 'parallelism']

test.each([
  ['rnu', 'run'],
  ['ru', 'run'],
  ['rander', 'render'],
  ['keepgoing', 'keep-going'],
  ['paralelism', 'parallelism'],
  ['PIPELINES', 'pipelines'],
])('%s is a slip for %s', (typed, meant) => {
  expect(suggest(typed, words)).toBe(meant)
})

test.each(['deploy', 'x', 'z'.repeat(100_000), ''])('suggests nothing for what is like no word', (typed) => {
  expect(suggest(typed, words)).toBeUndefined()
})
