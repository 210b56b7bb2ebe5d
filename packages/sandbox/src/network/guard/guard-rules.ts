/** The packet rules that bind links to a guard. */
import type { EgressException } from '../egress-exceptions.ts'
import { specialRanges } from '../public-address.ts'
import { tlsPort } from './allowed-hosts.ts'

export interface GuardRules {
  /** The guard's own link and address. */
  readonly link: string
  readonly address: string
  /** The links that exist. */
  readonly links: readonly BoundLink[]
}

/**
 * A link with its ticket, the number that identifies it in the packet rules; 0 if its names are
 * only recorded.
 */
export interface BoundLink {
  readonly link: string
  readonly ticket: number
}

const openSeconds = 60 * 60
/** Unlike a reset, this rejection does not tell the guard that an address is open. */
const refuse = 'reject with icmpx admin-prohibited'
/** Maximum rate of DNS queries of one link. */
const askedPerSecond = 500

/** Returns the sets, and the chains to which other chains jump. */
export function guardObjects({ link, address }: GuardRules, exceptions: readonly EgressException[]): string {
  const excepted = exceptions.map(
    ({ range, port }) => `ip daddr ${range} ${port === undefined ? '' : `tcp dport ${port} `}goto open_place`,
  )
  // A connection of an earlier sandbox with the same address is not accepted, because its mark is
  // another ticket.
  return `
  set bound {
    type ifname
  }
  map tickets {
    type ifname : mark
  }
  set flows {
    type ifname . mark
  }
  set observed {
    type ifname
  }
  set places {
    type mark . ipv4_addr . inet_service
    size 65535
    flags dynamic,timeout
  }
  set asked {
    type iface_index
    size 65535
    flags dynamic,timeout
    timeout 1m
  }
  chain guarded {
    meta nfproto != ipv4 reject with icmpx admin-prohibited
    ct state established,related iifname . ct mark @flows accept
    jump counted
    meta mark set iifname map @tickets
    oifname "${link}" ip daddr ${address} udp dport 53 jump ask
    oifname "${link}" ip daddr ${address} tcp dport ${tlsPort} goto pass
    meta mark . ip daddr . tcp dport @places goto pass
    meta mark set 0 meta l4proto tcp reject with tcp reset
    reject with icmpx admin-prohibited
  }
  chain ask {
    update @asked { iif limit rate over ${askedPerSecond}/second burst ${askedPerSecond} packets } drop
    goto pass
  }
  chain pass {
    ct mark set meta mark
    meta mark set 0 accept
  }
  chain present_ticket {
    ${[...excepted, `fib daddr type local ${refuse}`, `ip daddr { ${specialRanges.join(', ')} } ${refuse}`].join('\n    ')}
    goto open_place
  }
  chain open_place {
    meta mark set tcp sport
    update @places { meta mark . ip daddr . tcp dport timeout ${openSeconds}s } meta mark set 0 reject with tcp reset
  }`
}

/** Returns the first rules of a chain through which packets of links pass. */
export function guardFirst({ link }: GuardRules): readonly string[] {
  return ['iifname @bound goto guarded', `ct state new iifname "${link}" tcp dport != ${tlsPort} goto present_ticket`]
}

/** Returns the rule that lets links whose names are only recorded query the guard. */
export function observedAsk({ link, address }: GuardRules): string {
  return `iifname @observed oifname "${link}" ip daddr ${address} udp dport 53 accept`
}

/**
 * Returns the first rules of a chain that translates destinations.
 * @param resolver the machine's resolver.
 */
export function guardDestinations({ address }: GuardRules, resolver: string | undefined): readonly string[] {
  const long = `iifname @observed ip daddr ${address} tcp dport 53 dnat ip to ${resolver}`
  return [
    `iifname @bound tcp dport ${tlsPort} dnat ip to ${address}`,
    'iifname @bound return',
    ...(resolver === undefined ? [] : [long]),
  ]
}

/** Returns commands that replace a table's links by these. */
export function replaceLinks(table: string, links: readonly BoundLink[]): string {
  // Without links, tickets start from the first one again, so opened addresses are removed too.
  const sets = ['bound', 'flows', 'observed', ...(links.length === 0 ? ['places'] : [])]
  const forgotten = [
    `flush map ${scopedName(table, 'tickets')}\n`,
    ...sets.map((name) => `flush set ${scopedName(table, name)}\n`),
  ]
  return [...forgotten, ...links.map((each) => bindLink(table, each))].join('')
}

/** Returns commands that bind a link. They are idempotent. */
export function bindLink(table: string, bound: BoundLink): string {
  return commands('add', table, bound)
}

/** Returns commands that remove a link's entries, whether or not it is bound. */
export function freeLink(table: string, bound: BoundLink): string {
  return bindLink(table, bound) + commands('delete', table, bound)
}

function commands(verb: 'add' | 'delete', table: string, { link, ticket }: BoundLink): string {
  const element = (set: string, content: string) => `${verb} element ${scopedName(table, set)} { ${content} }\n`
  if (ticket === 0) return element('observed', `"${link}"`)
  return [
    element('bound', `"${link}"`),
    element('tickets', `"${link}" : ${ticket}`),
    element('flows', `"${link}" . ${ticket}`),
  ].join('')
}

/** Returns the full name of a table's set or map, for use outside its declaration. */
function scopedName(table: string, name: string): string {
  return `inet ${table} ${name}`
}
