import { expect, it } from 'vitest'
import { mountCallsOf } from './mount-calls.ts'
import { line } from './mounts.ts'

const plain = { recursive: false, flags: [], options: [], makesTarget: false, idMap: undefined }

it('a bind mount has its flags and ids apart from options', () => {
  const options = 'rbind,ro,nosuid,X-mount.mkdir,X-mount.idmap=b:0:0:1 b:100000:2000000:65536'
  expect(mountCallsOf(`${line('/a b', '/c#\\d', 'none', options)}\n`)).toEqual([
    {
      source: '/a b',
      target: '/c#\\d',
      type: undefined,
      recursive: true,
      flags: ['ro', 'nosuid'],
      options: [],
      makesTarget: true,
      idMap: '0 0 1\n100000 2000000 65536',
    },
  ])
})

it('a file system gets its options in order, those without a value too', () => {
  const options = 'nodev,redirect_dir=on,volatile,lowerdir+=one,lowerdir+=two=2'
  const expected = [
    ['redirect_dir', 'on'],
    ['volatile', null],
    ['lowerdir+', 'one'],
    ['lowerdir+', 'two=2'],
  ]
  expect(mountCallsOf(line('overlay', '/root', 'overlay', options))).toEqual([
    { ...plain, source: 'overlay', target: '/root', type: 'overlay', flags: ['nodev'], options: expected },
  ])
})
