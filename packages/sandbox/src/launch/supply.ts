import type { ServicePlace } from '../cgroups/cgroups.ts'
import type { CgroupHome } from '../cgroups/home.ts'
import type { Layout } from '../layout/layout.ts'
import { type EgressNetwork, openEgress } from '../network/egress.ts'
import type { BoundRecord } from '../network/guard/bound.ts'
import type { BoundLink } from '../network/guard/guard-rules.ts'
import { waitForLinkGone } from '../network/links.ts'
import type { NetworkSlot } from '../network/network-slot.ts'
import { hostSlot, isolatedSlot } from '../network/network-slot.ts'
import { firstId, RootIds } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { type NetworkMode, SandboxError } from '../sandbox-driver.ts'
import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import type { Launcher } from './launcher.ts'
import { LauncherPool } from './pool.ts'
import { PreforkServer } from './prefork-server.ts'

/** Number of launchers kept ready for the next sandboxes. More launchers would speed up a burst. */
const launchersInStore = 2

export interface SupplyOptions {
  readonly layout: Layout
  readonly home: CgroupHome
  /** Requested modes, in order of preference. */
  readonly network: readonly NetworkMode[]
  readonly egressAllow: readonly string[]
  readonly ownPorts: readonly number[]
  /** Links of existing sandboxes. */
  readonly linksInUse: readonly string[]
  /** The links that have an egress list, with that list. */
  readonly boundLinks: readonly BoundLink[]
  /** The user ids that the roots of existing sandboxes have on the machine. */
  readonly rootIdsInUse: readonly number[]
  /** Opens the kernel thread; undefined if programs do its work. */
  readonly kernel: () => Promise<KernelThread | undefined>
  /** Whether launchers are started before the first one is taken. */
  readonly preparesAhead: boolean
}

/** A link, and its egress list if it has one. */
interface Bindable {
  readonly link: string | null
  readonly egress?: BoundRecord
}

/** Provides launchers with a network for their sandbox. */
export class Supply {
  /** The requested modes that this machine can provide. */
  readonly modes: readonly NetworkMode[]
  /** The reasons why requested modes are unavailable, one sentence each. */
  readonly problems: readonly string[]
  readonly kernel: SupplyOptions['kernel']
  private readonly layout: Layout
  private readonly preforkServer: PreforkServer
  private readonly pool: LauncherPool
  private readonly egress: EgressNetwork | undefined
  /** Undefined for an ordinary user, whose sandboxes share one range of ids. */
  private readonly rootIds: RootIds | undefined
  /** The ending links of launchers that were never used; undefined until `close`. */
  private ending: Map<string, Promise<void>> | undefined

  private constructor(options: SupplyOptions, egress: EgressNetwork | undefined, problems: readonly string[]) {
    this.layout = options.layout
    this.kernel = options.kernel
    this.preforkServer = new PreforkServer(options.layout, options.home, options.kernel)
    this.egress = egress
    this.rootIds = privilegeMode.kind === 'mapped' ? undefined : new RootIds(options.layout.tag, options.rootIdsInUse)
    this.problems = problems
    this.modes = options.network.filter((mode) => mode !== 'egress' || egress !== undefined)
    this.pool = new LauncherPool(launchersInStore, (mode) => this.launch(mode))
    const [first] = this.modes
    if (first !== undefined && options.preparesAhead) void this.pool.fill(first)
  }

  static async open(options: SupplyOptions): Promise<Supply> {
    if (!options.network.includes('egress')) return new Supply(options, undefined, [])
    if (privilegeMode.kind === 'mapped')
      return new Supply(options, undefined, [
        'egress networks need root, which alone can create links and firewall rules: steps of an ordinary user have no network',
      ])
    try {
      const { layout, egressAllow, linksInUse, ownPorts, boundLinks } = options
      const egress = await openEgress(layout, egressAllow, linksInUse, ownPorts, boundLinks)
      return new Supply(options, egress, [])
    } catch (error) {
      // Includes the tool's output, for the machine's operator.
      const said = error instanceof ToolFailed ? `: ${error.said}` : ''
      const why = `${error instanceof Error ? error.message : String(error)}${said}`
      return new Supply(options, undefined, [`cannot create egress networks: ${why}`])
    }
  }

  take(mode: NetworkMode): Promise<Launcher> {
    return this.pool.take(mode)
  }

  /**
   * Starts a launcher for a service. It cannot be kept ready, because its groups are inside its
   * sandbox's.
   */
  takeForService(mode: NetworkMode, place: ServicePlace): Promise<Launcher> {
    return this.launch(mode, place)
  }

  /**
   * Applies an egress list to a link that is not in use yet. Until `unbind` the link reaches only
   * what the list allows, and nothing while there is no guard. Throws SandboxError
   * `egress_unsupported` if this machine cannot do so.
   */
  async bind({ link, egress }: Bindable): Promise<void> {
    if (egress === undefined || link === null) return
    try {
      await (await this.egress?.guard())?.bind(link, egress)
    } catch (error) {
      throw new SandboxError('egress_unsupported', 'This machine cannot apply an egress list.', {
        cause: error,
      })
    }
  }

  /** Removes the egress list of a link that no longer exists. */
  async unbind({ link, egress }: Bindable): Promise<void> {
    if (egress === undefined || link === null) return
    await this.egress?.unbind(link, egress)
  }

  /** Frees the link and ids of a sandbox of which nothing remains. */
  release({ link, rootId }: { readonly link: string | null; readonly rootId?: number }): void {
    if (link !== null) this.egress?.release(link)
    if (rootId !== undefined) this.rootIds?.release(rootId)
  }

  /** Ends the launchers that have no sandbox yet. Later sandboxes start new ones. */
  async endLaunchers(): Promise<void> {
    await this.preforkServer.kill()
  }

  /**
   * Ends all waiting launchers.
   * @param last also removes resources that sandboxes share, because no sandbox remains.
   */
  async close(last: boolean): Promise<void> {
    this.ending = new Map()
    const idle = this.closeLaunchers()
    if (last) await this.egress?.remove(idle)
    await idle
    await Promise.all(this.ending.values())
  }

  /** Returns the links that the launchers had, which the kernel is removing. */
  private async closeLaunchers(): Promise<ReadonlySet<string>> {
    await this.pool.close()
    await this.preforkServer.close()
    this.egress?.close()
    return new Set(this.ending?.keys())
  }

  private async launch(mode: NetworkMode, place?: ServicePlace): Promise<Launcher> {
    const slot = await this.slot(mode)
    const rootId = this.rootIds?.take() ?? firstId
    const release = async (): Promise<void> => {
      if (slot.link !== null) {
        const gone = waitForLinkGone(slot.link)
        // Awaited by `close`, which does the rest meanwhile [20 to 45 ms].
        gone.catch(() => {})
        this.ending?.set(slot.link, gone)
        if (this.ending === undefined) await gone
      }
      this.release({ link: slot.link, rootId })
    }
    try {
      const launcher = await this.preforkServer.launch(slot, rootId, place)
      if (slot.link !== null && !launcher.isConnected)
        await this.egress?.connect(slot).catch(async (error: unknown) => {
          await launcher.discard()
          throw error
        })
      launcher.afterDiscard(release)
      return launcher
    } catch (error) {
      await release()
      throw error
    }
  }

  private async slot(mode: NetworkMode): Promise<NetworkSlot> {
    if (mode === 'none') return isolatedSlot
    if (mode === 'host') return hostSlot(this.layout)
    if (this.egress === undefined) throw new Error(this.problems.join('; '))
    return this.egress.slot()
  }
}
