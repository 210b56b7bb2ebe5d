import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** The parts of a request that tell its origin. */
interface Arrived {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * Returns the function from a request to its client's address: the peer, or behind trusted proxies
 * the right-most `X-Forwarded-For` entry that is no trusted proxy.
 */
export function clientAddress(trustedProxies: readonly string[]): (request: Arrived) => string {
  const isTrusted = proxyCheck(trustedProxies)
  return ({ socket, headers }) => {
    let address = plainAddress(socket.remoteAddress ?? '')
    const forwarded = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',')
    for (const entry of forwarded.reverse()) {
      const next = plainAddress(entry.trim())
      // A sender that is not trusted may have written any earlier entry.
      if (!isTrusted(address) || isIP(next) === 0) break
      address = next
    }
    return address
  }
}

/** Returns the check whether a plain address is a trusted proxy. */
export function proxyCheck(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = blockList(trustedProxies)
  return (address) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Returns an IPv4 address in its own form, even from a dual-stack socket. */
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
