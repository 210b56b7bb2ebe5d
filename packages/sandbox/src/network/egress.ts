import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Layout } from '../layout/layout.ts'
import { lockFile } from '../system/file-lock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'
import { stage } from '../system/machine.ts'
import { run } from '../system/processes.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { closeGateway, freeBlock, openGateway, rangesInUse } from './address-block.ts'
import { connectionLimits, takesBrief } from './connection-limits.ts'
import { type EgressException, resolveExceptions } from './egress-exceptions.ts'
import { forgetOtherFirewalls, passOtherFirewalls } from './forwarding.ts'
import { IpHelper } from './ip-helper.ts'
import { addressesEach, type Link, LinkPool } from './link-pool.ts'
import { egressSlot, type NetworkSlot, writeIfChanged } from './network-slot.ts'
import { nft, nftList } from './nft.ts'
import { rulesFor } from './nftables.ts'
import { type MachineResolver, machineResolver, resolvConfFor } from './resolver.ts'

/**
 * Links between sandboxes and the machine. A driver directory claims a number N by creating the
 * nftables table `harmont_N`. Its sandboxes have addresses in BLOCK.(4N).0/22 of a free block, and
 * links `hmN-…` (see link-pool.ts). Every link is a separate veth pair with a common gateway
 * address: no two sandboxes share a segment.
 */
export interface EgressNetwork {
  /** Takes a free address until `release`. */
  slot(): NetworkSlot
  /** Sets up the machine's end of a link that a launcher has made. */
  connect(slot: NetworkSlot): Promise<void>
  release(link: string): void
  /** Stops its helper process. */
  close(): void
  /** Removes the rules and links of this directory. Call it only when no sandbox is left. */
  remove(): Promise<void>
}

const directories = 64
/** Records which directory has which number, one file each. Lost at a boot, like the tables. */
const owners = join(stage, 'networks')

/** Loads the rules. Fails with a reason if this machine cannot provide the mode. */
export async function openEgress(
  layout: Layout,
  egressAllow: readonly string[],
  linksInUse: readonly string[],
  ownPorts: readonly number[] = [],
): Promise<EgressNetwork> {
  const exceptions = await resolveExceptions(egressAllow)
  const resolver = await machineResolver()
  const number = await claimNumber(layout)
  const isFresh = linksInUse.length === 0
  const beyond = [...resolver.addresses, ...exceptions.map(({ range }) => range)]
  const block = await claimBlock(layout, number, beyond, !isFresh)
  const network = new Egress({ layout, number, block, resolver, linksInUse })
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
  await network.loadRules(exceptions, ownPorts)
  for (const link of linksOf(number)) if (!linksInUse.includes(link)) await removeLink(link)
  await openGateway(number, network.addressOf(1), isFresh)
  writeIfChanged(layout.resolvConf('egress'), resolvConfFor(resolver, network.addressOf(1)))
  try {
    await network.passOthers()
  } catch (error) {
    if (isFresh) await network.remove()
    throw error
  }
  return network
}

interface EgressPlace {
  readonly layout: Layout
  readonly number: number
  readonly block: string
  readonly resolver: MachineResolver
  readonly linksInUse: readonly string[]
}

class Egress implements EgressNetwork {
  readonly #place: EgressPlace
  readonly #table: string
  readonly #pool: LinkPool
  readonly #ip = new IpHelper()
  #hasOthers = true

  constructor(place: EgressPlace) {
    this.#place = place
    this.#table = `harmont_${place.number}`
    this.#pool = new LinkPool(place.number, place.linksInUse)
  }

  slot(): NetworkSlot {
    return this.#slotOf(this.#pool.take())
  }

  connect({ outside }: NetworkSlot): Promise<void> {
    return this.#ip.run(outside)
  }

  release(link: string): void {
    this.#pool.release(link)
  }

  close(): void {
    this.#ip.close()
  }

  async remove(): Promise<void> {
    const { layout, number } = this.#place
    for (const link of linksOf(number)) await removeLink(link)
    await closeGateway(number)
    if (this.#hasOthers) await forgetOtherFirewalls(this.#table)
    // First, because without the table the number, and this file, may be taken by others.
    rmSync(join(owners, String(number)), { force: true })
    await nft(`delete table inet ${this.#table}\n`)
    rmSync(layout.network, { force: true })
  }

  async loadRules(exceptions: readonly EgressException[], ownPorts: readonly number[]): Promise<void> {
    const { layout, number, resolver } = this.#place
    const load = (brief: boolean) =>
      nft(
        rulesFor({
          table: this.#table,
          links: `hm${number}-*`,
          subnet: `${this.addressOf(0)}/22`,
          checked: this.addressOf(addressesEach - 1),
          gateway: this.addressOf(1),
          resolver,
          exceptions,
          connections: connectionLimits(brief),
          ownPorts,
          owner: layout.tag,
        }),
      )
    try {
      await load(true)
    } catch (error) {
      // Asked only now: nearly every kernel can.
      if (await takesBrief()) throw error
      await load(false)
    }
  }

  /** Makes the machine's other firewalls let the links through. Fails with the one that does not. */
  async passOthers(): Promise<void> {
    const { number } = this.#place
    const probe = this.#slotOf({ name: `hm${number}-check`, index: addressesEach - 1 })
    this.#hasOthers = await passOtherFirewalls(this.#table, `hm${number}-*`, probe)
  }

  addressOf(index: number): string {
    return addressIn(this.#place.block, this.#place.number, index)
  }

  #slotOf({ name, index }: Link): NetworkSlot {
    const { layout, resolver } = this.#place
    const resolvConf = layout.resolvConf('egress')
    return egressSlot(name, this.addressOf(index), this.addressOf(1), resolver.viaGateway, resolvConf)
  }
}

function addressIn(block: string, number: number, index: number): string {
  const low = number * addressesEach + index
  return `${block}.${low >> 8}.${low & 255}`
}

/**
 * Returns this directory's number, or claims the first free one. Creating an existing table fails,
 * so the kernel arbitrates.
 */
async function claimNumber(layout: Layout): Promise<number> {
  const own = keptNetwork(layout)?.number
  if (own !== undefined && (await ownerOf(own)) === layout.tag) return own
  // Two concurrent removals could remove what a third process has just created.
  await using _gate = await lockFile(join(owners, 'lock'))
  await removeOrphans()
  const owned = new Set(readdirSync(owners))
  const all = Array.from({ length: directories }, (_, number) => number)
  // Those of other directories last: hardly any lacks its table, and each try takes a process.
  for (const number of all.toSorted((a, b) => Number(owned.has(`${a}`)) - Number(owned.has(`${b}`)))) {
    try {
      await nft(`create table inet harmont_${number} { comment "${layout.tag}"; }\n`)
    } catch (error) {
      if (error instanceof ToolFailed && /File exists/.test(error.said)) continue
      throw error
    }
    writeAtomically(layout.network, JSON.stringify({ number }))
    writeAtomically(join(owners, String(number)), layout.root)
    return number
  }
  throw new Error(`${directories} runners on this machine already have egress networks (see nft list tables)`)
}

interface KeptNetwork {
  readonly number: number
  readonly block?: string
}

function keptNetwork(layout: Layout): KeptNetwork | undefined {
  const text = readIfPresent(layout.network)
  return text === undefined ? undefined : (JSON.parse(text) as KeptNetwork)
}

/**
 * Returns this directory's block. Changes it if something else on the machine uses the block and no
 * sandbox does.
 */
async function claimBlock(layout: Layout, number: number, beyond: readonly string[], inUse: boolean): Promise<string> {
  const kept = keptNetwork(layout)?.block
  if (kept !== undefined && inUse) return kept
  const block = freeBlock([...(await rangesInUse()), ...beyond], kept)
  if (block === undefined) throw new Error('every address range for sandboxes is in use on this machine (see ip route)')
  writeAtomically(layout.network, JSON.stringify({ number, block } satisfies KeptNetwork))
  return block
}

/** Frees the numbers of directories that were deleted while their driver was open. */
async function removeOrphans(): Promise<void> {
  for (const name of readdirSync(owners).filter((entry) => /^\d+$/.test(entry))) {
    const directory = readIfPresent(join(owners, name))
    if (directory === undefined || existsSync(directory)) continue
    for (const link of linksOf(Number(name))) await removeLink(link)
    await closeGateway(Number(name))
    await forgetOtherFirewalls(`harmont_${name}`)
    if ((await ownerOf(Number(name))) !== undefined) await nft(`delete table inet harmont_${name}\n`)
    rmSync(join(owners, name), { force: true })
  }
}

async function ownerOf(number: number): Promise<string | undefined> {
  const listed = await nftList<{ readonly table?: { readonly comment?: string } }>('table', 'inet', `harmont_${number}`)
  return listed?.find((entry) => entry.table !== undefined)?.table?.comment
}

/** Returns the links of a directory. Not from /sys, which may show another network namespace. */
function linksOf(number: number): readonly string[] {
  const lines = readFileSync('/proc/net/dev', 'latin1').split('\n')
  return lines.map((line) => line.split(':')[0]?.trim() ?? '').filter((name) => name.startsWith(`hm${number}-`))
}

/** Waits until a link is gone from this machine, after its namespace lost its last process. */
export async function waitForLinkGone(link: string): Promise<void> {
  // The kernel removes links itself, many at once [20 ms]. Calling `ip` for each costs more and
  // waits for the same locks.
  for (let attempt = 0; attempt < 50; attempt++) {
    if (!existsSync(`/sys/class/net/${link}`)) return
    await sleep(10)
  }
  await removeLink(link)
}

async function removeLink(link: string): Promise<void> {
  try {
    await run('ip', ['link', 'delete', link])
  } catch (error) {
    if (!(error instanceof Error && /Cannot find device|No such device/.test(error.message))) throw error
  }
}
