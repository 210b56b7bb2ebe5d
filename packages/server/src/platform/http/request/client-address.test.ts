import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

const addressOf = clientAddress(['10.0.0.0/8', '192.0.2.1', 'fd00::/8'])
const from = (remoteAddress: string | undefined, forwarded?: string) =>
  addressOf({
    socket: { remoteAddress },
    headers: { ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }), 'x-forwarded-host': '10.9.9.9' },
  })

test.for([
  ['a peer that is no proxy counts, whatever it says', '203.0.113.1', '198.51.100.1', '203.0.113.1'],
  ['behind a proxy whom it names', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['what stands left of the first stranger is anybody’s word', '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['proxies in a row are passed', '10.1.2.3', '1.1.1.1, 198.51.100.1,192.0.2.1 , 10.9.9.9', '198.51.100.1'],
  ['when all are proxies the farthest counts', '10.1.2.3', '10.4.4.4, 192.0.2.1', '10.4.4.4'],
  ['a proxy that names nobody counts itself', '10.1.2.3', undefined, '10.1.2.3'],
  ['an entry that is no address ends the search', '10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
  ['an empty entry too', '10.1.2.3', '198.51.100.1, ', '10.1.2.3'],
  ['a mapped address is the IPv4 one', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
  ['a proxy of IPv6', 'fd00::7', '2001:db8::1', '2001:db8::1'],
  ['an IPv6 peer that is none', '2001:db8::9', '198.51.100.1', '2001:db8::9'],
  ['a socket without an address', undefined, '198.51.100.1', ''],
] as const)('%s', ([, peer, forwarded, client]) => {
  expect(from(peer, forwarded)).toBe(client)
})

test('without the setting no proxy is trusted', () => {
  const none = clientAddress([])
  expect(none({ socket: { remoteAddress: '127.0.0.1' }, headers: { 'x-forwarded-for': '1.1.1.1' } })).toBe('127.0.0.1')
})
