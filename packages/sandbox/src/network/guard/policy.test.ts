import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Policies } from './policy.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'harmont-policies-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(address: string, report: string): void {
  writeFileSync(join(directory, 'new'), JSON.stringify({ ticket: 1, report, hosts: [] }))
  renameSync(join(directory, 'new'), join(directory, address))
}

it('a reused address has the policy of its newest link', () => {
  const policies = new Policies(directory)
  write('10.0.0.2', 'first')
  expect(policies.of('10.0.0.2')?.report).toBe('first')
  write('10.0.0.2', 'second')
  expect(policies.of('10.0.0.2')?.report).toBe('second')
  rmSync(join(directory, '10.0.0.2'))
  expect(policies.of('10.0.0.2')).toBeUndefined()
})

it('a file that has the inode of its predecessor is read again', () => {
  const policies = new Policies(directory)
  const file = join(directory, '10.0.0.2')
  write('10.0.0.2', 'first')
  expect(policies.of('10.0.0.2')?.report).toBe('first')
  const { ctimeMs, ino } = statSync(file)
  // The kernel's clock for file times has a resolution of a few milliseconds.
  do writeFileSync(file, JSON.stringify({ ticket: 2, report: 'second', hosts: [] }))
  while (statSync(file).ctimeMs === ctimeMs)
  expect(statSync(file).ino).toBe(ino)
  expect(policies.of('10.0.0.2')?.report).toBe('second')
})

it('a sender without a link, or without an address, has no policy', () => {
  const policies = new Policies(directory)
  mkdirSync(join(directory, 'link'))
  for (const address of ['', '.', '..', '../link', 'link', '10.0.0.2', '::1'])
    expect(policies.of(address)).toBeUndefined()
})

it('reports each removed link once', () => {
  const policies = new Policies(directory)
  for (const [address, report] of [
    ['10.0.0.2', 'a'],
    ['10.0.0.3', 'b'],
  ] as const) {
    write(address, report)
    policies.of(address)
  }
  rmSync(join(directory, '10.0.0.2'))
  expect(policies.sweep()).toMatchObject({ left: 1, gone: [{ report: 'a' }] })
  expect(policies.sweep()).toEqual({ left: 1, gone: [] })
})

it('reports a removed link even if its address was queried or reused before the sweep', () => {
  const policies = new Policies(directory)
  write('10.0.0.2', 'a')
  policies.of('10.0.0.2')
  write('10.0.0.2', 'b')
  policies.of('10.0.0.2')
  expect(policies.sweep()).toMatchObject({ left: 1, gone: [{ report: 'a' }] })
  rmSync(join(directory, '10.0.0.2'))
  policies.of('10.0.0.2')
  expect(policies.sweep()).toMatchObject({ left: 0, gone: [{ report: 'b' }] })
  expect(policies.sweep()).toEqual({ left: 0, gone: [] })
})
