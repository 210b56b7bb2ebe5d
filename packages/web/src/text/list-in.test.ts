import { expect, test } from 'vitest'
import { listIn } from './list-in.ts'

test('a list may have commas, spaces and lines, and repeated words count once', () => {
  expect(listIn(' gpu, cuda,,gpu\narm64 ')).toEqual(['gpu', 'cuda', 'arm64'])
  expect(listIn(' ,\n')).toEqual([])
})
