import { setTimeout as sleep } from 'node:timers/promises'
import { readIfPresent } from '../system/files.ts'
import { run } from '../system/processes.ts'
import type { NetworkSlot } from './network-slot.ts'
import { nft, nftList } from './nft.ts'

/** A chain of nftables, as nft lists it. */
export interface Chain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly hook?: string
  readonly policy?: string
}
interface Rule {
  readonly handle: number
  readonly comment?: string
}

/** Any public address. Our last rule drops the test packet. */
const destination = '1.1.1.1'

/**
 * Makes other programs' chains in the forward hook accept the sandboxes' traffic: an accept in one
 * chain does not apply to the next, and Docker's chain drops by policy. Appends an accept rule for
 * our links to each dropping chain, so that its explicit refusals still apply. Then sends a test
 * packet, and throws a descriptive error if it does not arrive.
 * @param chains the chains of `otherForwardChains`.
 * @param probe a link for the test. The table's counter `passed` counts packets from its address.
 */
export async function passOtherFirewalls(
  chains: readonly Chain[],
  table: string,
  links: string,
  probe: NetworkSlot,
): Promise<void> {
  for (const chain of chains.filter(({ policy }) => policy === 'drop')) {
    if ((await ownRules(chain, table)).length > 0) continue
    // Formatted like iptables' own rules, because iptables refuses tables with other ones.
    await nft(
      ['iifname', 'oifname']
        .map((side) => `add rule ${pathOf(chain)} ${side} "${links}" counter accept comment "${table}"\n`)
        .join(''),
    )
  }
  const legacy = /^filter$/m.test(readIfPresent('/proc/net/ip_tables_names') ?? '')
  if ((chains.length === 0 && !legacy) || !(await hasRoute()) || (await comesThrough(table, probe))) return
  const names = [...chains.map(pathOf), ...(legacy ? ['iptables-legacy FORWARD'] : [])].join(', ')
  throw new Error(
    `the firewall of this machine drops traffic from sandboxes (${names}): allow it to forward from and to ${links}`,
  )
}

/** Removes the rules that `passOtherFirewalls` added to other chains. */
export async function forgetOtherFirewalls(table: string): Promise<void> {
  for (const chain of await otherForwardChains())
    for (const { handle } of await ownRules(chain, table)) await nft(`delete rule ${pathOf(chain)} handle ${handle}\n`)
}

/** Returns the chains of other programs in the forward hook. */
export async function otherForwardChains(): Promise<readonly Chain[]> {
  const listed = (await nftList<{ readonly chain?: Chain }>('chains')) ?? []
  return listed
    .flatMap(({ chain }) => chain ?? [])
    .filter(
      ({ family, table, hook }) =>
        hook === 'forward' && (family === 'ip' || family === 'inet') && !table.startsWith('harmont_'),
    )
}

async function ownRules(chain: Chain, table: string): Promise<readonly Rule[]> {
  const listed = (await nftList<{ readonly rule?: Rule }>('chain', chain.family, chain.table, chain.name)) ?? []
  return listed.flatMap(({ rule }) => (rule?.comment === table ? [rule] : []))
}

function pathOf({ family, table, name }: Chain): string {
  return `${family} ${table} ${name}`
}

async function hasRoute(): Promise<boolean> {
  return run('ip', ['-4', 'route', 'get', destination]).then(
    () => true,
    () => false, // Without a route nothing is forwarded.
  )
}

async function comesThrough(table: string, probe: NetworkSlot): Promise<boolean> {
  // Opens the probe's link as launcher.sh does. The namespace and the link end with the process.
  const script = `printf '%s\\n' "$1" | ip -batch - && printf '%s\\n' "$2" | nsenter --net="/proc/$3/ns/net" ip -batch - && exec "$4" --eval "$5"`
  const send = `const s = require('node:dgram').createSocket('udp4'); s.send('harmont', 9, '${destination}', () => s.close())`
  const { inside, outside } = probe
  await run('unshare', ['--net', 'sh', '-c', script, 'sh', inside, outside, `${process.pid}`, process.execPath, send])
  for (let attempt = 0; attempt < 40; attempt++) {
    const listed = await nftList<{ readonly counter?: { readonly packets: number } }>(
      'counter',
      'inet',
      table,
      'passed',
    )
    if (listed?.some(({ counter }) => (counter?.packets ?? 0) > 0)) return true
    await sleep(25)
  }
  return false
}
