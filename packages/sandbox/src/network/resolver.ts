import { isIPv4 } from 'node:net'
import { readIfPresent } from '../system/files.ts'

/** This machine's resolver configuration, as far as a sandbox can use it. */
export interface MachineResolver {
  readonly addresses: readonly string[]
  /**
   * The resolver listens on loopback. Sandboxes query the gateway address, which forwards to it.
   */
  readonly viaGateway: boolean
  /** Lines `search`, `options` and `domain`. */
  readonly otherLines: readonly string[]
}

/**
 * Reads /etc/resolv.conf. Returns this machine's resolvers. With systemd-resolved, whose listener
 * refuses other links, returns its upstream servers.
 */
export async function machineResolver(): Promise<MachineResolver> {
  const own = parse(readIfPresent('/etc/resolv.conf') ?? '')
  if (own.addresses.includes('127.0.0.53')) {
    const upstream = parse(readIfPresent('/run/systemd/resolve/resolv.conf') ?? '')
    if (upstream.addresses.length > 0) return upstream
  }
  return own
}

export function parse(text: string): MachineResolver {
  const lines = text.split('\n').map((line) => line.trim())
  const servers = lines
    .flatMap((line) => /^nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    .filter((address) => isIPv4(address))
  const reachable = servers.filter((address) => !address.startsWith('127.'))
  return {
    addresses: reachable.length > 0 ? reachable : servers,
    viaGateway: reachable.length === 0 && servers.length > 0,
    otherLines: lines.filter((line) => /^(search|options|domain)\s/.test(line)),
  }
}

/** Returns the sandbox's /etc/resolv.conf. */
export function resolvConfFor(resolver: MachineResolver, gateway: string): string {
  const servers = resolver.viaGateway ? [gateway] : resolver.addresses
  return [...servers.map((address) => `nameserver ${address}`), ...resolver.otherLines].join('\n')
}
