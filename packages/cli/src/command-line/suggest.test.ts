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
])('%s is a typo of %s', (typed, meant) => {
  expect(suggest(typed, words)).toBe(meant)
})

test.each(['deploy', 'x', 'z'.repeat(100_000), ''])('suggests nothing for a word that resembles none', (typed) => {
  expect(suggest(typed, words)).toBeUndefined()
})
