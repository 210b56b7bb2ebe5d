import { expect, it } from 'vitest'
import { fstabOf } from './fstab.ts'

const plain = { recursive: false, flags: [], options: [], makesTarget: false, idMap: undefined } as const

it('a bind mount has its flags and ids, and blanks in names are escaped', () => {
  const bind = {
    ...plain,
    source: '/a b',
    target: '/c#\\d',
    type: undefined,
    recursive: true,
    flags: ['ro', 'nosuid'],
    makesTarget: true,
    idMap: '0 0 1\n100000 2000000 65536',
  } as const
  const options = 'rbind,ro,nosuid,X-mount.mkdir,X-mount.idmap=b:0:0:1\\040b:100000:2000000:65536'
  expect(fstabOf([bind])).toBe(`/a\\040b /c\\043\\134d none ${options} 0 0\n`)
})

it('a file system gets its options in order, including those without a value', () => {
  const overlay = {
    ...plain,
    source: 'overlay',
    target: '/root',
    type: 'overlay',
    flags: ['nodev'],
    options: [
      ['redirect_dir', 'on'],
      ['volatile', null],
      ['lowerdir+', 'one'],
      ['lowerdir+', 'two=2'],
    ],
  } as const
  const options = 'nodev,redirect_dir=on,volatile,lowerdir+=one,lowerdir+=two=2'
  expect(fstabOf([overlay, overlay])).toBe(`overlay /root overlay ${options} 0 0\n`.repeat(2))
})
