import { type ConnectionLimits, connectionObjects, connectionRules, untrackedChains } from './connection-limits.ts'
import type { EgressException } from './egress-exceptions.ts'
import {
  type GuardRules,
  guardDestinations,
  guardFirst,
  guardObjects,
  observedAsk,
  replaceLinks,
} from './guard/guard-rules.ts'
import { specialRanges } from './public-address.ts'
import type { MachineResolver } from './resolver.ts'

export interface EgressRules {
  readonly table: string
  /** Pattern of the sandboxes' link names. */
  readonly links: string
  readonly subnet: string
  readonly gateway: string
  /** Packets from this address that no rule dropped are counted, and then dropped. */
  readonly checked: string
  readonly resolver: MachineResolver
  readonly exceptions: readonly EgressException[]
  readonly connections: ConnectionLimits
  /** Ports on the machine's loopback interface that sandboxes must not make unreachable. */
  readonly ownPorts: readonly number[]
  /** Absent as long as no link has an egress list. */
  readonly guard?: GuardRules
  /**
   * Stored as the table's comment, to identify its owner. nft accepts no quotes and at most 128
   * characters, so this is not the directory's name.
   */
  readonly owner: string
}

/**
 * Returns the rules of one driver directory, which replace its previous rules atomically. Hook
 * priorities are earlier than usual: the machine's own firewall can refuse more traffic, but cannot
 * allow traffic that is refused here.
 */
export function rulesFor(rules: EgressRules): string {
  const { table, links, resolver, exceptions, guard } = rules
  // The guard itself limits the connections of each sandbox.
  const connections = connectionRules(rules.connections, guard?.link)
  const first = guard === undefined ? [] : guardFirst(guard)
  const dns = resolver.addresses.flatMap((address) => [
    `ip daddr ${address} udp dport 53 accept`,
    `ip daddr ${address} tcp dport 53 accept`,
  ])
  const allowed = exceptions.flatMap(({ range, port }) =>
    port === undefined
      ? [`ip daddr ${range} accept`]
      : [`ip daddr ${range} tcp dport ${port} accept`, `ip daddr ${range} udp dport ${port} accept`],
  )
  const forwarded = [resolver.addresses[0] ?? ''].map((address) => [
    `iifname "${links}" ip daddr ${rules.gateway} udp dport 53 dnat ip to ${address}`,
    `iifname "${links}" ip daddr ${rules.gateway} tcp dport 53 dnat ip to ${address}`,
  ])
  return `
table inet ${table} {
  comment "${rules.owner}"
}
flush table inet ${table}
table inet ${table} {
  counter passed {
  }${connectionObjects(rules.connections)}${guard === undefined ? '' : guardObjects(guard, exceptions)}
  chain input {
    type filter hook input priority filter - 10; policy accept;
    iifname "${links}" jump to_machine
  }
  chain to_machine {
    ${[...first, 'ct state established,related accept', 'jump counted'].join('\n    ')}
    ${[...(resolver.viaGateway ? ['ct status dnat accept'] : dns), ...allowed].join('\n    ')}
    reject with icmpx admin-prohibited
  }
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "${links}" jump from_sandbox
    oifname "${links}" ct state established,related accept
    oifname "${links}" reject with icmpx admin-prohibited
  }
  chain from_sandbox {
    ${[...first, 'ct state established,related accept', 'jump counted', ...(guard === undefined ? [] : [observedAsk(guard)])].join('\n    ')}
    oifname "${links}" reject with icmpx admin-prohibited
    ${[...(resolver.viaGateway ? [] : dns), ...allowed].join('\n    ')}
    meta nfproto != ipv4 reject with icmpx admin-prohibited
    ip daddr { ${specialRanges.join(', ')} } reject with icmpx admin-prohibited
  }
  chain counted {
    ${connections.join('\n    ')}
  }${untrackedChains(rules.ownPorts)}
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${rules.checked} counter name passed drop
    ip saddr ${rules.subnet} oifname != "${links}" masquerade
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ${[...(guard === undefined ? [] : guardDestinations(guard, resolver.addresses[0])), ...(resolver.viaGateway ? forwarded.flat() : [])].join('\n    ')}
  }
}
${guard === undefined ? '' : replaceLinks(table, guard.links)}`
}
