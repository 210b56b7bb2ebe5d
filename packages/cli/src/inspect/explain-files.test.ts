import { expect, test } from 'vitest'
import { explainFiles } from './explain-step.ts'

test.for([
  ['bytes', 'file:1', 'file:2', 'changed'],
  ['the mode', 'file:1', 'executable:1', 'became executable'],
  ['the mode the other way, and bytes', 'executable:1', 'file:2', 'is no longer executable and changed'],
  ['the type', 'file:1', 'link:b\nfile:1', 'changed from a file to a link'],
  ['where a link leads', 'link:b\nfile:1', 'link:c\nfile:1', 'points to c instead of b'],
  ['what it leads to', 'link:b\nfile:1', 'link:b\nexecutable:1', 'points to a target that became executable'],
  [
    'a folder that it leads to',
    'link:b\nfile:1',
    'link:b\nfolder:',
    'points to a target that changed from a file to a folder',
  ],
  ['a link that leads nowhere any more', 'link:b\nfile:1', 'link:b', 'points to a target that was removed'],
  ['a link that led nowhere', 'link:b', 'link:b\nfile:1', 'points to a target that did not exist'],
] as const)('%s of a watched file is explained', ([, before, after, phrase]) => {
  expect(explainFiles({ a: before, same: 'file:0' }, { a: after, same: 'file:0' })).toEqual([`a ${phrase}`])
})

test('new, deleted and renamed files are listed in order of path', () => {
  const before = { 'src/a.js': 'file:1', 'src/twin.js': 'file:1', 'src/z.js': 'file:2' }
  const after = { 'src/aa.js': 'file:1', 'src/b.js': 'file:3', 'src/z.js': 'file:2' }
  expect(explainFiles(before, after)).toEqual([
    'src/a.js was renamed to src/aa.js',
    'src/b.js was added',
    'src/twin.js was removed',
  ])
})
