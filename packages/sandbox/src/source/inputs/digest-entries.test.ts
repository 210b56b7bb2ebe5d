import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digestInput } from './digest-entries.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'harmont-holes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function digestOf(name: string, bytes: number): string | null {
  writeFileSync(join(directory, name), 'x')
  truncateSync(join(directory, name), bytes)
  return digestInput({ workspace: directory, pattern: name })
}

it('files with equal content have the same digest, with or without holes', () => {
  const small = digestOf('f', 1024 ** 2)
  expect(digestOf('f', 1024 ** 2)).toBe(small)
  writeFileSync(join(directory, 'f'), Buffer.concat([Buffer.from('x'), Buffer.alloc(1024 ** 2 - 1)]))
  expect(digestInput({ workspace: directory, pattern: 'f' })).toBe(small)
})

it('G57 a file with terabytes of holes is not read, and counts as unique', () => {
  const large = digestOf('f', 1024 ** 4)
  expect(digestInput({ workspace: directory, pattern: 'f' })).toBe(large)
  rmSync(join(directory, 'f'))
  expect(digestOf('f', 1024 ** 4)).not.toBe(large)
})

it('G57 a file whose path is longer than the kernel allows is refused with a sentence', () => {
  const workspace = join(directory, 'v'.repeat(200), 'w'.repeat(200))
  const folder = join(workspace, ...Array.from({ length: 14 }, () => 'd'.repeat(255)))
  mkdirSync(folder, { recursive: true })
  const fd = openSync(folder, 'r')
  const entry = `/proc/self/fd/${fd}/${'f'.repeat(255)}`
  writeFileSync(entry, '')
  expect(() => digestInput({ workspace, pattern: '**' })).toThrow('nested too deep')
  rmSync(entry)
  closeSync(fd)
})
