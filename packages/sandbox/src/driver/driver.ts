import { existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { killGroupNow } from '../cgroups/cgroups.ts'
import type { CgroupHome } from '../cgroups/home.ts'
import { ProcessorShares } from '../cgroups/processor-shares.ts'
import type { ImageStore } from '../images/index.ts'
import type { RuntimeName } from '../launch/runtimes/index.ts'
import type { Supply } from '../launch/supply.ts'
import type { LayerExchange, LayerExchangeParts } from '../layers/layer-exchange.ts'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import { keepRuntimeCache } from '../layout/runtime-cache.ts'
import { removeVolatileState } from '../layout/state-directory.ts'
import { privilegeMode, shortcomingsOf } from '../privilege/privilege-mode.ts'
import {
  type NetworkMode,
  type ResolvedImage,
  type Sandbox,
  type SandboxDriver,
  SandboxError,
  type SandboxHandle,
  type SandboxSpec,
  type SnapshotId,
} from '../sandbox-driver.ts'
import { CacheIndex } from '../snapshots/cache-index.ts'
import { changedFilesDigest } from '../snapshots/changed-files.ts'
import { Durability } from '../snapshots/durability.ts'
import type { LayerPlaces } from '../snapshots/layer-places.ts'
import { OciSnapshots } from '../snapshots/snapshots.ts'
import { Viewer } from '../snapshots/view.ts'
import { processClock } from '../system/clock.ts'
import type { FileLock } from '../system/file-lock.ts'
import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import { Trash } from '../system/trash.ts'
import { adoptSandbox } from './adopt-sandbox.ts'
import { forgetUnbegun, isUnbegun, keepUnbegun, mayHaveBegun } from './begun.ts'
import { cleanUpSandbox } from './cleanup.ts'
import { SandboxCreation } from './create-sandbox.ts'
import { gitTarget } from './git-mount.ts'
import { removeOrphanedGroups, removeRoots } from './leftovers.ts'
import { allRecords, directoriesOfSandboxes, layersOfSandboxes, readRecord, slotsOf } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

export interface OciDriverOptions {
  /**
   * Owned by this driver alone until `close` or the end of the process. Not on an overlay file
   * system. Created if absent.
   */
  readonly directory: string
  readonly images: ImageStore
  /** Allowed network modes, in order of preference. */
  readonly network: readonly NetworkMode[]
  /** Private destinations that `egress` may reach: ranges or HOST:PORT. */
  readonly egressAllow: readonly string[]
  /** Loopback ports of this process. Sandboxes cannot make them unreachable. Default none. */
  readonly ownPorts?: readonly number[]
  /** The runtime of new sandboxes' commands. Existing sandboxes keep their runtime. */
  readonly runtime: RuntimeName
  /** `collect` keeps younger snapshots. Default 60 s. */
  readonly collectGraceMs?: number
  /**
   * How long to wait, in ms, for another process to release the directory. A killed process
   * releases it once its last child has called exec. Default 0.
   */
  readonly takenForMs?: number
  /**
   * Whether layers are exchanged with other runners, as images where this machine can mount them.
   * Default: only if layers were exchanged before.
   */
  readonly layersTravel?: boolean
  /**
   * Opens the kernel thread, which sets up sandboxes without programs. If it resolves to undefined,
   * programs set them up. Default: a thread of this process, if its library loads.
   */
  readonly kernel?: () => Promise<KernelThread | undefined>
  /**
   * Whether sandboxes are prepared before the first one is needed. Default true. A short process
   * that may need none starts and ends faster without.
   */
  readonly preparesAhead?: boolean
}

/** The driver's layers: their places, and their exchange with other runners. */
export interface DriverLayers {
  readonly places: LayerPlaces
  /** Undefined if layers are not exchanged. */
  readonly exchange: ((parts: Omit<LayerExchangeParts, 'layers'>) => LayerExchange) | undefined
}

export interface OciDriver extends SandboxDriver {
  /** Returns the requested modes that work on this machine, in order of preference. */
  networkModes(): Promise<readonly NetworkMode[]>
  /**
   * Returns the snapshots that sandboxes use as layers, and those taken of them. Call it before
   * querying other users of snapshots: a snapshot reported in between would otherwise be missing
   * from both answers.
   */
  snapshotsInUse(): Promise<ReadonlySet<SnapshotId>>
  /**
   * Returns digests of the images that sandboxes and snapshots are based on, for
   * `ImageStore.collect`.
   */
  imagesInUse(): Promise<ReadonlySet<string>>
  /**
   * Returns digests of the source trees of sandboxes and snapshots: `keepManifests` of
   * `collectSources`.
   */
  sourcesInUse(): Promise<ReadonlySet<string>>
  /** Returns the git directories mounted in sandboxes. */
  gitDirectoriesInUse(): Promise<ReadonlySet<string>>
  /** A directory on the same file system for temporary files, emptied at the next start. */
  readonly staging: string
  /** The reasons why requested modes are unavailable, one sentence each. */
  readonly networkProblems: readonly string[]
  /**
   * Kills all processes of all sandboxes synchronously, for a caller that exits immediately. The
   * next driver cleans up.
   */
  killAll(): void
  /** Sends layers to other runners and fetches theirs. Undefined if layers are not exchanged. */
  readonly exchange: LayerExchange | undefined
}

/** A driver with exclusive use of its directory. */
export class Driver implements OciDriver {
  readonly snapshots: OciSnapshots
  readonly networkProblems: readonly string[]
  readonly shortcomings: readonly string[]
  readonly staging: string
  readonly exchange: LayerExchange | undefined
  private readonly options: OciDriverOptions
  private readonly layout: Layout
  private readonly supply: Supply
  private readonly lock: FileLock
  private readonly context: SandboxContext
  private readonly durability: Durability
  private readonly places: LayerPlaces
  private readonly creation: SandboxCreation
  /** Sandboxes of this process. Each has one object, however often it is adopted. */
  private readonly known = new Map<string, Sandbox>()
  /** Ids of sandboxes that are on disk, but not ready for adoption. */
  private readonly creating = new Set<string>()

  constructor(
    options: OciDriverOptions,
    layout: Layout,
    home: CgroupHome,
    supply: Supply,
    lock: FileLock,
    layers: DriverLayers,
  ) {
    const { places } = layers
    this.options = options
    this.layout = layout
    this.supply = supply
    this.lock = lock
    this.networkProblems = supply.problems
    this.shortcomings = shortcomingsOf(privilegeMode, options.network, supply.modes)
    this.staging = layout.trash
    this.durability = new Durability(layout)
    const now = () => new Date(processClock.now())
    const viewer = new Viewer(layout, places)
    this.places = places
    const trash = new Trash(layout.trash)
    this.snapshots = new OciSnapshots({
      layout,
      cache: new CacheIndex(layout.cacheIndex),
      durability: this.durability,
      viewer,
      places,
      trash,
      images: options.images,
      changedFilesDigest: (record) => changedFilesDigest(record, this.snapshots, options.images, viewer, layout),
      layersInUse: () => this.snapshotsInUse(),
      collectGraceMs: options.collectGraceMs ?? 60_000,
      now,
    })
    this.context = {
      layout,
      snapshots: this.snapshots,
      viewer,
      trash,
      now,
      shares: new ProcessorShares(),
      kernel: supply.kernel,
      clearLost: async () => removeOrphanedGroups(layout, home, slotsOf(await allRecords(layout)), 'mine'),
      unbind: (record) => supply.unbind(record),
      onDestroyed: (record, id) => {
        this.known.delete(id)
        this.context.shares.remove(id)
        if (record !== undefined) supply.release(record)
      },
    }
    this.exchange = layers.exchange?.({
      layout,
      viewer,
      images: options.images,
      snapshots: this.snapshots,
      durability: this.durability,
      trash,
      directoriesInUse: () => directoriesOfSandboxes(layout),
    })
    const { images, runtime } = options
    this.creation = new SandboxCreation({ context: this.context, supply, durability: this.durability, images, runtime })
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    if (!/^[a-z0-9-]{1,64}$/.test(spec.id))
      throw new SandboxError('provision_failed', `${JSON.stringify(spec.id)} is not a sandbox id`)
    this.creating.add(spec.id)
    try {
      const sandbox = await this.creation.create(spec)
      this.known.set(spec.id, sandbox)
      return sandbox
    } finally {
      this.creating.delete(spec.id)
    }
  }

  async adopt(handle: SandboxHandle): Promise<Sandbox | undefined> {
    const own = this.known.get(handle.id)
    if (own !== undefined || this.creating.has(handle.id)) return own
    const sandbox = await adoptSandbox(this.context, handle.id)
    if (sandbox !== undefined) this.known.set(handle.id, sandbox)
    // Removed here, because nothing else would do so.
    else {
      await this.destroyUnowned(handle.id)
      forgetUnbegun(this.layout, handle.id)
    }
    return sandbox
  }

  async mayHaveBegun({ id }: SandboxHandle): Promise<boolean> {
    const files = sandboxFiles(this.layout.sandboxes, id)
    return existsSync(files.directory) ? mayHaveBegun(files) : !isUnbegun(this.layout, id)
  }

  async clearUnbegun({ id }: SandboxHandle): Promise<void> {
    keepUnbegun(this.layout, id)
    const own = this.known.get(id)
    if (own === undefined) await this.destroyUnowned(id)
    else await own.destroy()
  }

  private destroyUnowned(id: string): Promise<void> {
    return cleanUpSandbox(this.context, readRecord(sandboxFiles(this.layout.sandboxes, id).record), id)
  }

  async list(): Promise<readonly SandboxHandle[]> {
    const { sandboxes, unbegun } = this.layout
    const present = await readdir(sandboxes)
    const records = new Map(present.map((id) => [id, readRecord(sandboxFiles(sandboxes, id).record)]))
    const services = new Set([...records.values()].flatMap((record) => record?.services ?? []))
    const ids = new Set([...present.filter((id) => !services.has(id)), ...(await readdir(unbegun))])
    return [...ids].map((id) => ({ id, label: records.get(id)?.label ?? {} }))
  }

  resolveImage(...asked: Parameters<SandboxDriver['resolveImage']>): Promise<ResolvedImage> {
    return this.options.images.resolve(...asked)
  }

  async networkModes(): Promise<readonly NetworkMode[]> {
    return this.supply.modes
  }

  async snapshotsInUse(): Promise<ReadonlySet<SnapshotId>> {
    return new Set([...(await layersOfSandboxes(this.layout)), ...this.creation.newLayers])
  }

  async imagesInUse(): Promise<ReadonlySet<string>> {
    const [snapshots, sandboxes] = await Promise.all([this.snapshots.records(), allRecords(this.layout)])
    return new Set([
      ...snapshots.map((record) => record.imageDigest),
      ...sandboxes.map((record) => record.image.digest),
    ])
  }

  async sourcesInUse(): Promise<ReadonlySet<string>> {
    const records = await Promise.all([this.snapshots.records(), allRecords(this.layout)])
    return new Set(records.flat().flatMap(({ source }) => (source === null ? [] : [source.digest])))
  }

  async gitDirectoriesInUse(): Promise<ReadonlySet<string>> {
    const mounts = (await allRecords(this.layout)).flatMap(({ readOnlyMounts }) => readOnlyMounts)
    return new Set(mounts.flatMap(({ source, target }) => (target === gitTarget ? [source] : [])))
  }

  killAll(): void {
    for (const id of readdirSync(this.layout.sandboxes)) {
      const record = readRecord(sandboxFiles(this.layout.sandboxes, id).record)
      if (record !== undefined) killGroupNow(record.groups.top)
    }
  }

  async close(): Promise<void> {
    const last = (await readdir(this.layout.sandboxes)).length === 0
    await this.supply.close(last)
    await this.durability.flush()
    await this.context.trash.close()
    if (last) {
      await removeRoots(this.layout)
      keepRuntimeCache(this.layout)
      removeVolatileState(this.layout)
    }
    await this.places.close(last)
    await this.lock[Symbol.asyncDispose]()
  }
}
