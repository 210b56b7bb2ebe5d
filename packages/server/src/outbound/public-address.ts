import ipaddr from 'ipaddr.js'

/** The only part of IPv6 that is given out to the Internet. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an IP address belongs to a machine on the Internet. Private, loopback, link-local, shared, reserved and multicast ones do not, nor IPv6 ones that
 * carry such an IPv4 address within. False for what is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text) // IPv4 within IPv6 becomes IPv4
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv6 ? address.match(globalUnicast) : true
}
