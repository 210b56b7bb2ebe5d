import { readIfPresent } from '../system/files.ts'
import { takes } from './nft.ts'

/**
 * The share of the machine's connection table that one sandbox may fill. When the table is full, no
 * new connection is possible, not even for the machine itself.
 */
export interface ConnectionLimits {
  /** Open connections, including those that ended in the last ten seconds. */
  readonly open: number
  /** Burst of new connections. */
  readonly atOnce: number
  /** Rate of new connections after the burst. */
  readonly perSecond: number
  /**
   * Whether ended connections leave the table early. Some kernels do not support this
   * (CONFIG_NF_CONNTRACK_TIMEOUT).
   */
  readonly brief: boolean
}

const mostOpen = 2_048
const leastOpen = 128
/** Used if the kernel does not report the size of the table. */
const usualTable = 65_536

/** Returns limits that leave part of the table free even if thirty sandboxes exhaust theirs. */
export function connectionLimits(brief: boolean): ConnectionLimits {
  const table = Number(readIfPresent('/proc/sys/net/netfilter/nf_conntrack_max') ?? usualTable)
  const open = Math.min(mostOpen, Math.max(leastOpen, Math.floor(table / 128)))
  return {
    open,
    atOnce: open,
    perSecond: Math.ceil(open / 8),
    brief,
  }
}

/** Returns whether this kernel can remove ended connections from the table early. */
export function takesBrief(): Promise<boolean> {
  return takes(`table inet harmont_check {${briefObject}}`)
}

const briefObject = `
  ct timeout brief {
    protocol tcp
    l3proto ip
    policy = { syn_sent: 30, established: 7440, fin_wait: 20, close_wait: 60, last_ack: 10, time_wait: 10, close: 5 }
  }
`

/** Returns the nftables objects to which `connectionRules` refers. */
export function connectionObjects({ brief }: ConnectionLimits): string {
  // The sets are keyed by interface number, which is never reused. The kernel removes entries
  // without connections.
  return `
  set connected {
    type iface_index
    size 65535
    flags dynamic
  }
  set hurried {
    type iface_index
    size 65535
    flags dynamic,timeout
    timeout 1m
  }${brief ? briefObject : ''}`
}

/**
 * Returns rules for a chain through which new connections of a sandbox pass. Limits their rate by
 * dropping, and their number by rejecting. Ended connections leave the table after seconds instead
 * of minutes, and idle ones after two hours (the minimum of RFC 5382) instead of five days.
 * @param uncounted a link without limits.
 */
export function connectionRules(
  { open, atOnce, perSecond, brief }: ConnectionLimits,
  uncounted?: string,
): readonly string[] {
  return [
    ...(brief ? ['ip protocol tcp ct timeout set "brief"'] : []),
    ...(uncounted === undefined ? [] : [`iifname "${uncounted}" return`]),
    `update @hurried { iif limit rate over ${perSecond}/second burst ${atOnce} packets } drop`,
    `add @connected { iif ct count over ${open} } reject with icmpx admin-prohibited`,
  ]
}

/**
 * Returns chains that keep loopback connections to the machine's own ports out of the table, so
 * that they work while it is full.
 */
export function untrackedChains(ports: readonly number[]): string {
  if (ports.length === 0) return ''
  const chain = (hook: string, side: string): string => `
  chain own_${hook} {
    type filter hook ${hook} priority raw; policy accept;
    ${side} "lo" tcp dport { ${ports.join(', ')} } notrack
    ${side} "lo" tcp sport { ${ports.join(', ')} } notrack
  }`
  return chain('output', 'oifname') + chain('prerouting', 'iifname')
}
