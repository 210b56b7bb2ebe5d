import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Layout } from '../layout/layout.ts'
import type { NetworkMode } from '../sandbox-driver.ts'
import { readIfPresent } from '../system/files.ts'
import { gatewayHardware } from './address-block.ts'

/** The setup of a launcher's network namespace. Empty for `host`. */
export interface NetworkSlot {
  readonly mode: NetworkMode
  /**
   * Lines for `ip -batch`, which the launcher runs in the new namespace; those in `outside` run in
   * the machine's namespace afterwards.
   */
  readonly inside: string
  readonly outside: string
  /** The name of the sandbox's link in the machine's namespace. */
  readonly link: string | null
  /** The address of the sandbox's end of the link; null without a link. */
  readonly address: string | null
  /** The address of the machine's end of the link; null without a link. */
  readonly gateway: string | null
  /** Whether the gateway address forwards to a resolver on the machine's loopback. */
  readonly routeLocalnet: boolean
  /** Absolute path of the sandbox's /etc/resolv.conf; null keeps the image's. */
  readonly resolvConf: string | null
}

/** A namespace with the loopback interface only. */
export const isolatedSlot: NetworkSlot = {
  mode: 'none',
  inside: 'link set lo up',
  outside: '',
  link: null,
  address: null,
  gateway: null,
  resolvConf: null,
  routeLocalnet: false,
}
/** The machine's own namespace and resolver. */
export async function hostSlot(layout: Layout): Promise<NetworkSlot> {
  const resolvConf = layout.resolvConf('host')
  writeIfChanged(resolvConf, await readFile('/etc/resolv.conf', 'utf8'))
  return {
    mode: 'host',
    inside: '',
    outside: '',
    link: null,
    address: null,
    gateway: null,
    resolvConf,
    routeLocalnet: false,
  }
}

/**
 * Writes the file in place: sandboxes have it mounted, and the runtime cannot mount a replaced
 * file.
 */
export function writeIfChanged(path: string, content: string): void {
  if (readIfPresent(path) === content) return
  writeFileSync(path, content)
  // The mode must not depend on the umask, because users in sandboxes read the file.
  chmodSync(path, 0o644)
}

/** A network namespace with a link to the machine. */
export function egressSlot(
  link: string,
  address: string,
  gateway: string,
  viaGateway: boolean,
  resolvConf: string,
): NetworkSlot {
  return {
    mode: 'egress',
    link,
    address,
    gateway,
    resolvConf,
    routeLocalnet: viaGateway,
    inside: [
      'link set lo up',
      `link add eth0 type veth peer name ${link} address ${gatewayHardware} netns ${process.pid}`,
      `address add ${address}/32 dev eth0`,
      'link set eth0 up',
      `neigh add ${gateway} lladdr ${gatewayHardware} dev eth0 nud permanent`,
      `route add ${gateway}/32 dev eth0 scope link`,
      `route add default via ${gateway} dev eth0`,
    ].join('\n'),
    outside: [
      // A kernel that was started without IPv6 refuses this.
      ...(existsSync('/proc/sys/net/ipv6') ? [`link set ${link} addrgenmode none`] : []),
      `link set ${link} up`,
      `route replace ${address}/32 dev ${link} src ${gateway}`,
    ].join('\n'),
  }
}
