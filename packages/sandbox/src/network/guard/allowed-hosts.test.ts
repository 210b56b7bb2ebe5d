import { expect, it } from 'vitest'
import { hostNameOf, hostText, portsOf } from './allowed-hosts.ts'

const host = (name: string, below = false, port = 443) => ({ name, below, port })

it('a wildcard matches the names below it at any depth, and a name matches itself, at their ports', () => {
  const hosts = [host('a.example'), host('a.example', false, 22), host('b.example', true)]
  expect(portsOf(hosts, 'a.example')).toEqual([443, 22])
  expect(portsOf(hosts, 'x.a.example')).toEqual([])
  expect(portsOf(hosts, 'x.b.example')).toEqual([443])
  expect(portsOf(hosts, 'y.x.b.example')).toEqual([443])
  expect(portsOf(hosts, 'b.example')).toEqual([])
  expect(portsOf(hosts, 'notb.example')).toEqual([])
})

it('normalizes names, and rejects addresses', () => {
  expect(hostNameOf('Registry.NPMJS.org.')).toBe('registry.npmjs.org')
  for (const text of ['', '.', '10.0.0.1', 'a..b', 'a b', 'é.example', `${'a'.repeat(64)}.example`, 'a\0.example'])
    expect(hostNameOf(text)).toBeUndefined()
  expect(hostNameOf(`${'a.'.repeat(126)}aa`)).toBeUndefined()
})

it('shows a port only if it is not 443', () => {
  expect([hostText('a.example', 443), hostText('a.example', 22)]).toEqual(['a.example', 'a.example:22'])
})
