import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { globalUnicast, specialGlobalRanges, specialRanges } from './special-ranges.ts'

const special = listOf(specialRanges, 'ipv4')
const global = listOf([globalUnicast], 'ipv6')
const specialGlobal = listOf(specialGlobalRanges, 'ipv6')
/** IPv4 addresses mapped into IPv6. They reach the same machine. */
const mapped = listOf(['::ffff:0:0/96'], 'ipv6')

/**
 * Returns whether an IP address is on the public Internet. False for private, loopback, link-local,
 * shared, reserved and multicast addresses, for IPv6 addresses that embed one of these, and for
 * text that is no address.
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
