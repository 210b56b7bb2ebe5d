import { expect, test } from 'vitest'
import { tooLarge } from './source-size.ts'

test('a source over its limit names its three largest files, and .hmignore lines that exclude them', () => {
  const largest = [
    { path: 'video/a.mp4', size: 2e9 },
    { path: 'video/b.mp4', size: 1e9 },
    { path: 'core [old].dump', size: 9e8 },
    { path: 'small.zip', size: 1e6 },
  ]
  const { exit, message, fix } = tooLarge({ code: 'source_too_large', message: 'the source is too large', largest })
  expect(exit).toBe(8)
  expect(message.split('\n')).toEqual([
    'the source is too large',
    '    2.0 GB  video/a.mp4',
    '    1.0 GB  video/b.mp4',
    '    900 MB  core [old].dump',
  ])
  expect(fix?.split('\n')).toEqual([
    'add files that the build does not need to .hmignore:',
    '/video/',
    '/core \\[old\\].dump',
  ])
})

test('no suggested line excludes the pipelines', () => {
  const { fix } = tooLarge({
    code: 'c',
    message: 'm',
    largest: [
      { path: 'a', size: 3 },
      { path: '.hm/ci.ts', size: 2 },
    ],
  })
  expect(fix).toBe('add files that the build does not need to .hmignore:\n/a')
})
