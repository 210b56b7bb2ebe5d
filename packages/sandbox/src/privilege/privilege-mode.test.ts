import { expect, it } from 'vitest'
import { privilegeModeOf, shortcomingsOf } from './privilege-mode.ts'
import { lackingFor, type UserFacts } from './user-facts.ts'

it.each([
  ['root of the machine', 0, '         0          0 4294967295\n', 'root'],
  ['an ordinary user', 1000, '         0          0 4294967295\n', 'user'],
  ['a user in our namespace', 0, '         0       1000          1\n    100000     300000      65536\n', 'mapped'],
  // Like Podman's namespace, which lacks the ids of sandboxes.
  ['a user in another namespace', 0, '0 1000 1\n1 300000 65536\n', 'root'],
  // Like a container's namespace, whose root is not also an ordinary user outside.
  ['root of a container', 0, '0 100000 65536\n', 'root'],
  ['a namespace with too few ids', 0, '0 1000 1\n100000 300000 65535\n', 'root'],
])('%s', (_, uid, map, kind) => expect(privilegeModeOf(uid, map).kind).toBe(kind))

const enough: UserFacts = {
  name: 'ada',
  namespaces: undefined,
  overlay: undefined,
  restrictions: [],
  hasNewuidmap: true,
  userIds: [{ first: 300_000, count: 65_536 }],
  groupIds: [{ first: 300_000, count: 65_536 }],
}
const ids = 'sudo usermod --add-subuids 1000000000-1000065535 --add-subgids 1000000000-1000065535 ada'

it.each<[string, Partial<UserFacts>, string[]]>([
  ['nothing', {}, []],
  ['newuidmap', { hasNewuidmap: false }, ['sudo apt-get install uidmap']],
  ['ids of users', { userIds: [] }, [ids]],
  ['consecutive ids of groups', { groupIds: [{ first: 1, count: 65_535 }] }, [ids]],
  [
    'namespaces, refused by AppArmor',
    { namespaces: 'EPERM', restrictions: ['kernel.apparmor_restrict_unprivileged_userns=1'] },
    ['sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'],
  ],
  [
    'namespaces, refused by earlier releases of Debian',
    { namespaces: 'EPERM', restrictions: ['kernel.unprivileged_userns_clone=0'] },
    ['sudo sysctl -w kernel.unprivileged_userns_clone=1'],
  ],
  ['namespaces of any kind', { namespaces: 'ENOSPC' }, ['sudo sysctl -w user.max_user_namespaces=10000']],
  ['overlays', { overlay: 'no' }, ['sudo modprobe overlay']],
])('is missing: %s', (_, facts, fixes) =>
  expect(lackingFor({ ...enough, ...facts }).map(({ fix }) => fix)).toEqual(fixes),
)

it('reports missing limits, and a missing network only if one was preferred', () => {
  const mapped = { kind: 'mapped', user: 1000 } as const
  expect(shortcomingsOf({ kind: 'root' }, ['egress', 'none'], ['none'])).toEqual([])
  expect(shortcomingsOf(mapped, ['egress', 'none'], ['none'])).toEqual([
    expect.stringMatching(/^Memory and CPU time/),
    expect.stringMatching(/^Steps have no network/),
  ])
  expect(shortcomingsOf(mapped, ['none'], ['none'])).toHaveLength(1)
  expect(shortcomingsOf(mapped, ['egress', 'host'], ['host'])).toHaveLength(1)
})
