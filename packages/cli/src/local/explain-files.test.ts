import { expect, test } from 'vitest'
import { explainFiles } from './explain-files.ts'

test.for([
  ['bytes', 'file:1', 'file:2', 'has other content'],
  ['the mode', 'file:1', 'executable:1', 'became executable'],
  ['the mode the other way, and bytes', 'executable:1', 'file:2', 'is not executable any more and has other content'],
  ['the type', 'file:1', 'link:b\nfile:1', 'is a link now, and was a file'],
  ['where a link leads', 'link:b\nfile:1', 'link:c\nfile:1', 'leads to c, and led to b'],
  ['what it leads to', 'link:b\nfile:1', 'link:b\nexecutable:1', 'leads to what became executable'],
  ['a folder that it leads to', 'link:b\nfile:1', 'link:b\nfolder:', 'leads to what is a folder now, and was a file'],
  ['a link that leads nowhere any more', 'link:b\nfile:1', 'link:b', 'leads to what is gone'],
  ['a link that led nowhere', 'link:b', 'link:b\nfile:1', 'leads to what was not there'],
] as const)('%s of a watched file is told', ([, before, after, phrase]) => {
  expect(explainFiles({ a: before, same: 'file:0' }, { a: after, same: 'file:0' })).toEqual([`a ${phrase}`])
})

test('files that are new, gone or only have another name are told in order of path', () => {
  const before = { 'src/a.js': 'file:1', 'src/twin.js': 'file:1', 'src/z.js': 'file:2' }
  const after = { 'src/aa.js': 'file:1', 'src/b.js': 'file:3', 'src/z.js': 'file:2' }
  expect(explainFiles(before, after)).toEqual([
    'src/a.js is called src/aa.js now',
    'src/b.js was added',
    'src/twin.js is gone',
  ])
})
