import { existsSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Layout } from '../layout/layout.ts'
import { closeGateway, openGateway, rangesInUse } from './address-block.ts'
import { claimBlock, claimNumber, disclaimNumber } from './claims.ts'
import { connectionLimits, takesBrief } from './connection-limits.ts'
import { type EgressException, resolveExceptions } from './egress-exceptions.ts'
import { type Chain, forgetOtherFirewalls, otherForwardChains, passOtherFirewalls } from './forwarding.ts'
import type { BoundRecord } from './guard/bound.ts'
import type { BoundLink } from './guard/guard-rules.ts'
import type { LinkGuard } from './guard/link-guard.ts'
import { IpHelper } from './ip-helper.ts'
import { addressesEach, type Link, LinkPool } from './link-pool.ts'
import { linksOf, removeLink } from './links.ts'
import { egressSlot, type NetworkSlot, writeIfChanged } from './network-slot.ts'
import { nft } from './nft.ts'
import { rulesFor } from './nftables.ts'
import { type MachineResolver, machineResolver, resolvConfFor } from './resolver.ts'

/**
 * Links between sandboxes and the machine. A driver directory claims a number N by creating the
 * nftables table `harmont_N`. Its sandboxes have addresses in BLOCK.(4N).0/22 of a free block, and
 * links `hmN-…` (see link-pool.ts). Every link is a separate veth pair with a common gateway
 * address: no two sandboxes share a segment.
 */
export interface EgressNetwork {
  /** Takes a free address; `release` returns it. */
  slot(): NetworkSlot
  /** Sets up the machine's end of a link, unless the kernel thread has done so. */
  connect(slot: NetworkSlot): Promise<void>
  release(link: string): void
  /**
   * Returns the guard, which applies egress lists to links; opens it at the first call. Rejects
   * with `ToolFailed` if this machine cannot do so.
   */
  guard(): Promise<LinkGuard>
  /**
   * Removes the egress list of a link that no longer exists. Does nothing without a guard, because
   * no link was bound then.
   */
  unbind(link: string, bound: BoundRecord): Promise<void>
  /** Stops the helper process. */
  close(): void
  /**
   * Removes the rules and links of this directory. Call it only when no sandbox remains.
   * @param idle resolves when no process uses a link, with the links that the kernel is removing.
   */
  remove(idle?: Promise<ReadonlySet<string>>): Promise<void>
}

/** Loads the rules. Rejects with the reason if this machine cannot provide the mode. */
export async function openEgress(
  layout: Layout,
  egressAllow: readonly string[],
  linksInUse: readonly string[],
  ownPorts: readonly number[] = [],
  boundLinks: readonly BoundLink[] = [],
): Promise<EgressNetwork> {
  const isFresh = linksInUse.length === 0
  // Each of these waits for a program or for a name server. Nothing needs to be undone if one fails.
  const [exceptions, resolver, used, others] = await Promise.all([
    resolveExceptions(egressAllow),
    machineResolver(),
    rangesInUse(),
    otherForwardChains(),
  ])
  const claimed = await claimNumber(layout)
  const { number } = claimed
  const block = claimBlock(layout, claimed, !isFresh, [
    ...used,
    ...resolver.addresses,
    ...exceptions.map(({ range }) => range),
  ])
  const network = new Egress({ layout, number, block, resolver, exceptions, ownPorts, linksInUse, boundLinks })
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
  await network.loadRules(boundLinks.length > 0)
  if (boundLinks.length === 0) await endGuard(layout, guardLink(number))
  const kept = new Set([...linksInUse, ...(boundLinks.length === 0 ? [] : [guardLink(number)])])
  for (const link of linksOf(number)) if (!kept.has(link)) await removeLink(link)
  await openGateway(number, network.addressOf(1), isFresh)
  writeIfChanged(layout.resolvConf('egress'), resolvConfFor(resolver, network.addressOf(1)))
  if (boundLinks.length > 0) await network.guard()
  try {
    await network.passOthers(others)
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
  readonly exceptions: readonly EgressException[]
  readonly ownPorts: readonly number[]
  readonly linksInUse: readonly string[]
  /** The links in `linksInUse` that have an egress list. */
  readonly boundLinks: readonly BoundLink[]
}

/** The index of a directory's guard, which determines its address and link. */
const guardIndex = 0
/** The user ids of guards, one for each directory, follow those of sandboxes. */
const firstGuardId = 0x70000000
const guardLink = (number: number): string => `hm${number}-guard`

/** Ends a guard of an earlier process that no sandbox needs. */
async function endGuard({ guard }: Layout, link: string): Promise<void> {
  if (!existsSync(guard)) return
  const { stopGuard } = await import('./guard/guard-process.ts')
  await stopGuard(guard, link)
  rmSync(guard, { recursive: true, force: true })
}

class Egress implements EgressNetwork {
  readonly #place: EgressPlace
  readonly #table: string
  readonly #pool: LinkPool
  readonly #ip = new IpHelper()
  #hasOthers = true
  #guard: Promise<LinkGuard> | undefined

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

  guard(): Promise<LinkGuard> {
    this.#guard ??= this.#openGuard().catch((error: unknown) => {
      this.#guard = undefined
      throw error
    })
    return this.#guard
  }

  async #openGuard(): Promise<LinkGuard> {
    const { layout, number, resolver, exceptions, boundLinks } = this.#place
    const [{ GuardProcess }, { LinkGuard }] = await Promise.all([
      import('./guard/guard-process.ts'),
      import('./guard/link-guard.ts'),
    ])
    if (boundLinks.length === 0) await this.loadRules(true)
    const gateway = this.addressOf(1)
    const address = this.addressOf(guardIndex)
    writeIfChanged(layout.resolvConf('bound'), `nameserver ${address}\n`)
    writeIfChanged(
      layout.resolvConf('observed'),
      resolvConfFor({ ...resolver, addresses: [address], viaGateway: false }, gateway),
    )
    const config = {
      address,
      resolvers: resolver.viaGateway ? [gateway] : resolver.addresses,
      exceptions,
      userId: firstGuardId + number,
    }
    const slot = this.#slotOf({ name: guardLink(number), index: guardIndex })
    const process = new GuardProcess(layout.guard, config, slot, `harmont-${layout.tag}-guard`)
    return new LinkGuard(
      layout.guard,
      this.#table,
      process,
      boundLinks.map(({ link }) => link),
    )
  }

  async unbind(link: string, bound: BoundRecord): Promise<void> {
    await (await this.#opened())?.free(link, bound)
  }

  /** Returns the guard if it is open. The caller that opens it receives the error. */
  async #opened(): Promise<LinkGuard | undefined> {
    return this.#guard?.catch(() => undefined)
  }

  close(): void {
    this.#ip.close()
    void this.#opened().then((guard) => guard?.close())
  }

  async remove(idle: Promise<ReadonlySet<string>> = Promise.resolve(new Set())): Promise<void> {
    const { layout, number } = this.#place
    const [ending] = await Promise.all([
      idle,
      closeGateway(number),
      this.#hasOthers && forgetOtherFirewalls(this.#table),
      this.#opened().then((guard) => guard?.remove()),
    ])
    rmSync(layout.guard, { recursive: true, force: true })
    for (const link of linksOf(number)) if (!ending.has(link)) await removeLink(link)
    // Done first: once the table is deleted, another directory may take the number and this file.
    disclaimNumber(number)
    await nft(`delete table inet ${this.#table}\n`)
    rmSync(layout.network, { force: true })
  }

  /** @param isGuarded whether links may be bound afterwards. */
  async loadRules(isGuarded: boolean): Promise<void> {
    const { layout, number, resolver, exceptions, ownPorts, boundLinks } = this.#place
    const guard = { link: guardLink(number), address: this.addressOf(guardIndex), links: boundLinks }
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
          ...(isGuarded && { guard }),
          owner: layout.tag,
        }),
      )
    try {
      await load(true)
    } catch (error) {
      // Checked only after a failure, because nearly every kernel supports it.
      if (await takesBrief()) throw error
      await load(false)
    }
  }

  /**
   * Makes the machine's other firewalls forward the links' traffic. If they still drop it, rejects
   * with an error that names them.
   */
  async passOthers(chains: readonly Chain[]): Promise<void> {
    const { number } = this.#place
    this.#hasOthers = chains.length > 0
    const probe = this.#slotOf({ name: `hm${number}-check`, index: addressesEach - 1 })
    await passOtherFirewalls(chains, this.#table, `hm${number}-*`, probe)
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
