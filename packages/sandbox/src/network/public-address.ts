import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * IPv4 ranges that are not public Internet (IANA special-purpose registry), and multicast. This is
 * the only such list of the product.
 */
export const specialRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
] as const

/** The only part of IPv6 that is allocated to the Internet. */
export const globalUnicast = '2000::/3'

/** Ranges within `globalUnicast` that are not public, or that embed an IPv4 address. */
export const specialGlobalRanges = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

const special = listOf(specialRanges, 'ipv4')
const global = listOf([globalUnicast], 'ipv6')
const specialGlobal = listOf(specialGlobalRanges, 'ipv6')
/** IPv4 addresses mapped into IPv6. They reach the same hosts as the IPv4 addresses. */
const mapped = listOf(['::ffff:0:0/96'], 'ipv6')

/**
 * Returns whether an IP address is on the public Internet. False for private, loopback, link-local,
 * shared, reserved and multicast addresses, for IPv6 addresses that embed one of these, and for
 * text that is not an address.
 */
export function isPublicAddress(text: string): boolean {
  if (isIPv4(text)) return !special.check(text, 'ipv4')
  if (!isIPv6(text)) return false
  // A BlockList of IPv4 ranges also matches mapped addresses.
  if (mapped.check(text, 'ipv6')) return !special.check(text, 'ipv6')
  return global.check(text, 'ipv6') && !specialGlobal.check(text, 'ipv6')
}

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}

/** Thrown if a name or an address leads to a private address. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
  constructor(address: string) {
    super(`leads to ${address}, which is not a public address`)
  }
}

/**
 * Looks up a name. Fails with `PrivateAddress` if any address of the name is not public. The
 * connection uses the addresses returned here, so the name cannot change between the check and the
 * connection. Node.js does not call this for a literal address: check those with `isPublicAddress`.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    const refused = found?.find(({ address }) => !isPublicAddress(address))
    if (error !== null) callback(error, '', 0)
    else if (refused !== undefined) callback(new PrivateAddress(refused.address), '', 0)
    else if (options.all) callback(null, found as LookupAddress[])
    else callback(null, first?.address ?? '', first?.family)
  })
}
