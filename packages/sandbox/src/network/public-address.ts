import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { globalUnicast, specialGlobalRanges, specialRanges } from './special-ranges.ts'

const special = listOf(specialRanges, 'ipv4')
const global = listOf([globalUnicast], 'ipv6')
const specialGlobal = listOf(specialGlobalRanges, 'ipv6')
/** IPv4 addresses within IPv6, which mean the same machine. */
const mapped = listOf(['::ffff:0:0/96'], 'ipv6')

/**
 * Returns whether an IP address belongs to a machine on the Internet. Private, loopback, link-local, shared, reserved and multicast ones do not, nor IPv6
 * ones that carry such an IPv4 address within. False for text that is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (isIPv4(text)) return !special.check(text, 'ipv4')
  if (!isIPv6(text)) return false
  // A list of IPv4 ranges knows mapped addresses too.
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
