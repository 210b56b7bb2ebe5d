import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** The parts of a request that reveal its client's address. */
interface Arrived {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * Returns a function that determines the client address of a request: the peer, or behind trusted
 * proxies the right-most entry of `X-Forwarded-For` that is not a trusted proxy.
 */
export function clientAddress(trustedProxies: readonly string[]): (request: Arrived) => string {
  const isTrusted = proxyCheck(trustedProxies)
  return ({ socket, headers }) => {
    let address = plainAddress(socket.remoteAddress ?? '')
    const forwarded = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',')
    for (const entry of forwarded.reverse()) {
      const next = plainAddress(entry.trim())
      // An untrusted sender may have written any earlier entry.
      if (!isTrusted(address) || isIP(next) === 0) break
      address = next
    }
    return address
  }
}

/** Returns a function that checks whether a plain address is a trusted proxy. */
export function proxyCheck(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = blockList(trustedProxies)
  return (address) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Converts an IPv4-mapped IPv6 address, as from a dual-stack socket, to IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
