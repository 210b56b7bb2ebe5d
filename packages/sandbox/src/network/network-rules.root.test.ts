import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { resolveExceptions } from './egress-exceptions.ts'
import { rulesFor } from './nftables.ts'
import { parse, resolvConfFor } from './resolver.ts'

const gateway = '10.209.0.1'

it('parses ranges, addresses, ports and names of exceptions', async () => {
  expect(await resolveExceptions(['10.1.0.0/16', '10.1.2.3', '10.1.2.3:8080', 'localhost:443'])).toEqual([
    { range: '10.1.0.0/16' },
    { range: '10.1.2.3' },
    { range: '10.1.2.3', port: 8080 },
    { range: '127.0.0.1', port: 443 },
  ])
})

it.each(['', '10.0.0.0/33', '10.0.0.1:0', '10.0.0.1:70000', 'name-without-port', 'a b:1', 'accept; drop'])(
  'refuses the exception %j and names it',
  async (entry) => {
    await expect(resolveExceptions([entry])).rejects.toThrow(JSON.stringify(entry))
  },
)

it('prefers resolvers that a sandbox can reach, and otherwise forwards to one on loopback', () => {
  const mixed = parse('nameserver 127.0.0.1\nnameserver 10.9.8.7 # the office\nnameserver ::1\nsearch corp.example\n')
  expect(mixed).toEqual({ addresses: ['10.9.8.7'], viaGateway: false, otherLines: ['search corp.example'] })
  expect(resolvConfFor(mixed, gateway)).toBe('nameserver 10.9.8.7\nsearch corp.example')
  const local = parse('nameserver 127.0.0.1\n')
  expect(local).toMatchObject({ addresses: ['127.0.0.1'], viaGateway: true })
  expect(resolvConfFor(local, gateway)).toBe(`nameserver ${gateway}`)
})

it.each([
  ['a resolver elsewhere', 'nameserver 10.9.8.7'],
  ['a resolver on loopback', 'nameserver 127.0.0.1'],
  ['no resolver', ''],
])('nft accepts the rules for %s', async (_, resolvConf) => {
  const rules = rulesFor({
    table: 'harmont_test',
    links: 'hmt-*',
    subnet: '10.209.0.0/22',
    gateway,
    checked: '10.209.3.255',
    resolver: parse(resolvConf),
    exceptions: [{ range: '10.1.0.0/16' }, { range: '10.1.2.3', port: 8080 }],
    connections: { open: 10, atOnce: 10, perSecond: 5, brief: true },
    ownPorts: [4000],
    owner: '0123abcd',
  })
  const check = promisify(execFile)('nft', ['--check', '--file', '-'])
  check.child.stdin?.end(rules)
  await check
})
