import { expect, test } from 'vitest'
import { v2Home } from './home.ts'

test.each([
  ['the machine’s top group if the own group contains foreign processes', '/system.slice/ssh.service', ''],
  ['the top group of a container', '/', ''],
  ['the top group of a container whose processes have moved', '/harmont-server', ''],
  [
    'the group that is delegated to a service',
    '/system.slice/harmont.service/harmont-server',
    '/system.slice/harmont.service',
  ],
])('with v2 only, groups are made below %s', (_, own, below) => {
  expect(v2Home('/sys/fs/cgroup', own)).toBe(`/sys/fs/cgroup${below}`)
})
