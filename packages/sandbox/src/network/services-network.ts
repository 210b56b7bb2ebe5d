import { hostname, ownHosts } from '../layout/skeleton.ts'

/** The network properties of a service. */
export interface NetworkedService {
  readonly name: string
  /** The process id of its launcher, which has its own network namespace. */
  readonly pid: number
  /** The service's ports that are redirected from the command's 127.0.0.1. */
  readonly localPorts: readonly number[]
}

/** The name of a sandbox's link to its services, and of a service's link to its sandbox. */
const link = 'services'
const firstHost = 2

/**
 * Returns the address of a service. It belongs to a /24 network, given by its first three numbers,
 * that exists in these namespaces only.
 */
export function serviceAddress(subnet: string, index: number): string {
  return `${subnet}.${firstHost + index}`
}

/** Returns /etc/hosts of a sandbox with services, and of each of its services. */
export function hostsFile(subnet: string, names: readonly string[]): string {
  return `${ownHosts}${names.map((name, index) => `${serviceAddress(subnet, index)} ${name}\n`).join('')}`
}

/**
 * Returns a shell script that connects the sandbox's network namespace, in which it runs, with
 * those of its services by a bridge.
 */
export function bridgeScript(subnet: string, services: readonly NetworkedService[]): string {
  const links = services.map(({ pid }, index) => [
    `link add service${index} type veth peer name ${link} netns /proc/${pid}/ns/net`,
    `link set service${index} master ${link}`,
    `link set service${index} up`,
  ])
  const lines = [
    `link add ${link} type bridge`,
    `address add ${subnet}.1/24 dev ${link}`,
    `link set ${link} up`,
    ...links.flat(),
  ]
  return `${onlyIpv4}${batch(lines)}${redirection(subnet, services)}`
}

/** Returns a shell script that sets a service's address. */
export function serviceScript(subnet: string, index: number): string {
  return batch([`address add ${serviceAddress(subnet, index)}/24 dev ${link}`, `link set ${link} up`])
}

/** The links have no IPv6 address, because one takes a second to become usable. */
const withoutIpv6 = '/proc/sys/net/ipv6/conf/default/disable_ipv6'
const onlyIpv4 = `[ ! -e ${withoutIpv6} ] || echo 1 >${withoutIpv6}\n`

function batch(lines: readonly string[]): string {
  return `ip -batch - <<END\n${lines.join('\n')}\nEND\n`
}

function redirection(subnet: string, services: readonly NetworkedService[]): string {
  const redirected = services.flatMap(({ localPorts }, index) =>
    [...new Set(localPorts)].map(
      (port) => `ip daddr 127.0.0.1 tcp dport ${port} dnat to ${serviceAddress(subnet, index)}:${port}`,
    ),
  )
  if (redirected.length === 0) return ''
  return `echo 1 >/proc/sys/net/ipv4/conf/${link}/route_localnet
nft -f - <<END
table ip ${hostname} {
  chain output {
    type nat hook output priority dstnat; policy accept;
    ${redirected.join('\n    ')}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "${link}" ip saddr 127.0.0.0/8 snat to ${subnet}.1
  }
}
END
`
}
