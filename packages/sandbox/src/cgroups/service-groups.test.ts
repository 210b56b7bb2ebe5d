import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeGroups, makeHelperGroup, makeServiceGroups } from './cgroups.ts'
import type { CgroupHome } from './home.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harmont-groups-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const home = (flavour: 'v2' | 'hybrid'): CgroupHome => {
  const below = (name: string) => (flavour === 'v2' ? root : join(root, name))
  return { flavour, unified: below('unified'), memory: below('memory'), pids: below('pids'), cpu: below('cpu') }
}

it('with v2 the group with the limits contains the command and its services, and delegates the controllers', async () => {
  const above = await makeGroups(home('v2'), 'tag', 'slot')
  const service = await makeServiceGroups(home('v2'), 'tag', 'other', { name: 's0', above })
  const limited = join(root, 'harmont-tag', 'slot', 'limited')
  expect([above.memory, above.pids, above.cpu]).toEqual([limited, limited, limited])
  expect(readFileSync(join(limited, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +memory +pids')
  expect([above.payload, service.payload]).toEqual([join(limited, 'payload'), join(limited, 's0')])
  // The monitors are neither counted nor killed with the command.
  expect([above.monitor, service.monitor].map((path) => path.startsWith(limited))).toEqual([false, false])
  // One kill ends all processes.
  for (const path of [service.top, service.payload, service.monitor])
    expect(path.startsWith(`${above.top}/`)).toBe(true)
})

it('with controllers of version 1 each group of a service is below that of its sandbox, and its monitor leaves them', async () => {
  const above = await makeGroups(home('hybrid'), 'tag', 'slot')
  const service = await makeServiceGroups(home('hybrid'), 'tag', 'other', { name: 's0', above })
  for (const controller of ['memory', 'pids', 'cpu'] as const) {
    expect(service[controller]).toBe(join(above[controller], 's0'))
    expect(service.join).toContain(service[controller])
    expect(service.leave).toContain(join(root, controller))
  }
  expect(service.top).toBe(join(above.top, 's0'))
  expect([service.join[0], service.leave[0]]).toEqual([service.payload, service.monitor])
})

it.each([
  ['v2', 'guard', 'memory.max'],
  ['hybrid', 'memory/guard', 'memory.limit_in_bytes'],
] as const)('with %s a helper has its own group with a memory limit', async (flavour, below, file) => {
  const group = await makeHelperGroup(home(flavour), 'guard', 2 ** 20)
  expect(group).toBe(join(root, below))
  expect(readFileSync(join(group, file), 'utf8')).toBe(String(2 ** 20))
})
