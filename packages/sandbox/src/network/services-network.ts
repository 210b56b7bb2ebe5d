import { hostname, ownHosts } from '../layout/skeleton.ts'

/** A service as the network sees it. */
export interface NetworkedService {
  readonly name: string
  /** Its launcher, in its own network namespace. */
  readonly pid: number
  /** Its ports that are redirected from the command's 127.0.0.1. */
  readonly localPorts: readonly number[]
}

/** The link of a sandbox to its services, and of a service to its sandbox. */
const link = 'services'
const firstHost = 2

/** Addresses are of a /24, given by its first three numbers, that exists in these namespaces only. */
export function serviceAddress(subnet: string, index: number): string {
  return `${subnet}.${firstHost + index}`
}

/** Returns /etc/hosts of a sandbox with services, and of each service. */
export function hostsFile(subnet: string, names: readonly string[]): string {
  return `${ownHosts}${names.map((name, index) => `${serviceAddress(subnet, index)} ${name}\n`).join('')}`
}

/**
 * Returns shell text that connects the sandbox's network namespace, in which it runs, with those of
 * its services by a bridge.
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

/** Returns shell text that gives a service its address. */
export function serviceScript(subnet: string, index: number): string {
  return batch([`address add ${serviceAddress(subnet, index)}/24 dev ${link}`, `link set ${link} up`])
}

/** The links have no address of IPv6, which takes a second to be usable. */
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
