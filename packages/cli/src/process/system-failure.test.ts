import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { systemFailure } from './system-failure.ts'

const system = (code: string, path: string) =>
  Object.assign(new Error(`${code}: no, open '${path}'`), { code, syscall: 'open', path })

test.each([
  ['ENOSPC', '/srv/a', 'enospc', 'hm cache clean makes room'],
  ['EDQUOT', '/cache/a', 'edquot', 'hm cache clean makes room'],
  ['EACCES', '/cache/local/runs', 'eacces', 'make it writable, or name another in HM_CACHE_DIR'],
  ['EROFS', '/cache', 'erofs', 'make it writable, or name another in HM_CACHE_DIR'],
])('%s at %s is the user’s to fix, and keeps its code', (code, path, own, fix) => {
  const message = expect.stringContaining(`${code}: no, open '${path}'`)
  expect(systemFailure(system(code, path), '/cache')).toMatchObject({ exit: 4, code: own, message, fix })
})

test('a cache directory below a regular file is an error for the user to fix', () => {
  let error: unknown
  try {
    mkdirSync('/dev/null/cache/hm', { recursive: true })
  } catch (thrown) {
    error = thrown
  }
  expect(systemFailure(error, '/dev/null/cache/hm')).toMatchObject({ exit: 4, code: 'enotdir' })
})

test('a home directory that refuses new directories is an error for the user to fix; another such directory is not', () => {
  const home = Object.assign(system('EACCES', '/nonexistent'), { syscall: 'mkdir' })
  expect(systemFailure(home, '/nonexistent/.cache/hm')).toMatchObject({ exit: 4, code: 'eacces' })
  expect(systemFailure(system('EACCES', '/nonexistent'), '/nonexistent/.cache/hm')).toBe(undefined)
})

test.each([
  system('EACCES', '/elsewhere/a'),
  system('EACCES', '/cached'),
  system('ENOENT', '/cache/a'),
  system('EBADF', '/cache/a'),
  new TypeError('boom'),
  'text',
])('%s is a defect', (error) => {
  expect(systemFailure(error, '/cache')).toBe(undefined)
})
