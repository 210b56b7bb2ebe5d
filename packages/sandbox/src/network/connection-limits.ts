import { readIfPresent } from '../system/files.ts'
import { takes } from './nft.ts'

/** How much of the machine's table of connections one sandbox may fill: whoever finds it full reaches nothing any more, the machine itself included. */
export interface ConnectionLimits {
  /** At a time; of those that have ended, the last ten seconds' count too. */
  readonly open: number
  /** Begun at once. */
  readonly atOnce: number
  /** Begun after that. */
  readonly perSecond: number
  /** Whether what has ended leaves the table early: some kernels have no such setting (CONFIG_NF_CONNTRACK_TIMEOUT). */
  readonly brief: boolean
}

const mostOpen = 2_048
const leastOpen = 128
/** Where the kernel does not say how large the table is. */
const usualTable = 65_536

/** Returns limits under which thirty sandboxes that do their worst leave a part of the table. */
export async function connectionLimits(): Promise<ConnectionLimits> {
  const table = Number(readIfPresent('/proc/sys/net/netfilter/nf_conntrack_max') ?? usualTable)
  const open = Math.min(mostOpen, Math.max(leastOpen, Math.floor(table / 128)))
  return {
    open,
    atOnce: open,
    perSecond: Math.ceil(open / 8),
    brief: await takes(`table inet harmont_check {${briefObject}}`),
  }
}

const briefObject = `
  ct timeout brief {
    protocol tcp
    l3proto ip
    policy = { syn_sent: 30, established: 7440, fin_wait: 20, close_wait: 60, last_ack: 10, time_wait: 10, close: 5 }
  }
`

/** Objects of a table that `connectionRules` needs. */
export function connectionObjects({ brief }: ConnectionLimits): string {
  // By the number of the link, which no other link ever has. The kernel takes those out that have no connection left.
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
 * Rules of a chain that what a sandbox begins passes through. One that sends too fast is slowed down, one that has too many is told so. What has ended stays in the
 * table for seconds instead of minutes, and what nobody uses for two hours, the shortest time that RFC 5382 allows, instead of five days.
 */
export function connectionRules({ open, atOnce, perSecond, brief }: ConnectionLimits): readonly string[] {
  return [
    `update @hurried { iif limit rate over ${perSecond}/second burst ${atOnce} packets } drop`,
    `add @connected { iif ct count over ${open} } reject with icmpx admin-prohibited`,
    ...(brief ? ['ip protocol tcp ct timeout set "brief"'] : []),
  ]
}

/** Chains that keep connections to the machine's own ports, over its loopback, out of the table: however full it is, they are to be had. */
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
