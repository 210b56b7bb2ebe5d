import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { applyLimits, killGroupNow } from '../cgroups/cgroups.ts'
import { type CgroupHome, findHome } from '../cgroups/home.ts'
import { liftSharedLimits } from '../cgroups/kernel-counters.ts'
import type { ImageStore } from '../images/index.ts'
import { type Launcher, withLauncher } from '../launch/launcher.ts'
import { type RuntimeName, runtimes } from '../launch/runtimes/index.ts'
import { Supply } from '../launch/supply.ts'
import { type Layout, openLayout, sandboxFiles } from '../layout/layout.ts'
import { removeOrphanedMemory } from '../layout/memory.ts'
import { makeSkeleton } from '../layout/skeleton.ts'
import { hasStateDirectory, removeOrphanedStates, removeVolatileState } from '../layout/state-directory.ts'
import { freeServiceSubnet, rangesInUse } from '../network/address-block.ts'
import { hostsFile } from '../network/services-network.ts'
import { privilegeMode, shortcomingsOf } from '../privilege/privilege-mode.ts'
import {
  type NetworkMode,
  type ResolvedImage,
  type Sandbox,
  type SandboxDriver,
  SandboxError,
  type SandboxHandle,
  type SandboxSpec,
  type ServiceSpec,
  type SnapshotId,
} from '../sandbox-driver.ts'
import { ServiceError } from '../service-error.ts'
import { OciService } from '../services/oci-service.ts'
import { CacheIndex } from '../snapshots/cache-index.ts'
import { changedFilesDigest } from '../snapshots/changed-files.ts'
import { Durability } from '../snapshots/durability.ts'
import { OciSnapshots } from '../snapshots/snapshots.ts'
import { Viewer } from '../snapshots/view.ts'
import { bootId, processClock } from '../system/clock.ts'
import { type FileLock, lockFile } from '../system/file-lock.ts'
import { readIfPresent } from '../system/files.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { plainReason } from '../system/tool-failed.ts'
import { Trash } from '../system/trash.ts'
import { ensureWatchdog } from '../watchdog/watchdog.ts'
import { forgetUnbegun, hasEnded, isBegun, isUnbegun, keepUnbegun, mayHaveBegun } from './begun.ts'
import { cleanUpSandbox, forgetConfig } from './cleanup.ts'
import { gitTarget, ownGitDirectory } from './git-mount.ts'
import { removeOrphanedGroups, removeRoots, removeTemporaryFiles } from './leftovers.ts'
import { makeServices, serviceId } from './make-services.ts'
import { probe } from './probe.ts'
import {
  allRecords,
  layersOfSandboxes,
  readRecord,
  rootIdOf,
  type SandboxRecord,
  type StartRecord,
  slotsOf,
} from './record.ts'
import { registerSandbox } from './register-sandbox.ts'
import { OciSandbox } from './sandbox.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { bareStart, type Start, startFor } from './start.ts'

export interface OciDriverOptions {
  /**
   * Owned by this driver alone until `close` or the end of the process. Not on an overlay file
   * system. Created if absent.
   */
  readonly directory: string
  readonly images: ImageStore
  /** Allowed network modes, in order of preference. */
  readonly network: readonly NetworkMode[]
  /** Private destinations that `egress` may reach: ranges, HOST:PORT. */
  readonly egressAllow: readonly string[]
  /** Loopback ports of this process. No sandbox can make them unreachable. Default none. */
  readonly ownPorts?: readonly number[]
  /** Starts the commands of new sandboxes. Existing sandboxes keep theirs. */
  readonly runtime: RuntimeName
  /**
   * Number of launchers kept ready for the next sandboxes; more of them speed up a burst. Default
   * 2.
   */
  readonly launchersInStore?: number
  /** `collect` keeps younger snapshots. Default 60 s. */
  readonly collectGraceMs?: number
  /**
   * How long to wait for another process to release the directory. A killed process releases it
   * once its last child has called exec. Default 0.
   */
  readonly takenForMs?: number
}

export interface OciDriver extends SandboxDriver {
  /** Returns the requested modes that work on this machine, in order of preference. */
  networkModes(): Promise<readonly NetworkMode[]>
  /** Returns digests of the images below sandboxes and snapshots, for `ImageStore.collect`. */
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
  /** Why a requested mode is unavailable, one sentence each. */
  readonly networkProblems: readonly string[]
  /**
   * Kills all processes of all sandboxes synchronously, for a caller that exits at once. The next
   * driver cleans up.
   */
  killAll(): void
}

/** Another process uses the directory. */
export class DirectoryTaken extends SandboxError {}

/**
 * Opens a directory of sandboxes and snapshots. `snapshots` and `cache` may be links to directories
 * shared with other drivers on this file system; then only one driver at a time may `collect`.
 * Fails with `DirectoryTaken`, or with SandboxError `provision_failed`, which says what is missing.
 */
export async function createOciDriver(options: OciDriverOptions): Promise<OciDriver> {
  const { problems } = await probe(options.directory, options.runtime)
  if (problems.length > 0)
    throw new SandboxError('provision_failed', `sandboxes do not work on this machine: ${problems.join('; ')}`)
  const { root, lock: lockPath } = await openLayout(options.directory)
  const home = findHome(root)
  if (home === undefined)
    throw new SandboxError('provision_failed', 'the control groups of this machine have disappeared')
  const lock = await lockFile(lockPath, { wait: options.takenForMs ?? 0 })
  if (lock === undefined)
    throw new DirectoryTaken(
      'provision_failed',
      `another process is using the sandboxes in ${root}: stop it, or use another data directory`,
    )
  try {
    // The previous holder of the lock may have removed this directory's memory.
    const layout = await openLayout(options.directory)
    liftSharedLimits()
    await makeSkeleton(layout)
    await removeTemporaryFiles(layout)
    await removeOrphanedMemory(layout)
    removeOrphanedStates(layout)
    const records = await allRecords(layout)
    await removeOrphanedGroups(layout, home, slotsOf(records), 'earlier')
    const supply = await Supply.open({
      layout,
      home,
      network: options.network,
      egressAllow: options.egressAllow,
      ownPorts: options.ownPorts ?? [],
      linksInUse: records.flatMap(({ link }) => link ?? []),
      rootIdsInUse: records.map(rootIdOf),
      inStore: options.launchersInStore ?? 2,
    })
    return new Driver(options, layout, home, supply, lock)
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

class Driver implements OciDriver {
  readonly snapshots: OciSnapshots
  readonly networkProblems: readonly string[]
  readonly shortcomings: readonly string[]
  readonly staging: string
  private readonly options: OciDriverOptions
  private readonly layout: Layout
  private readonly supply: Supply
  private readonly lock: FileLock
  private readonly context: SandboxContext
  private readonly durability: Durability
  private subnet: Promise<string> | undefined
  /** Sandboxes of this process: one object each, however often it is adopted. */
  private readonly known = new Map<string, Sandbox>()
  /** Layers of inputs whose sandbox is not on disk yet. */
  private readonly newLayers = new Set<SnapshotId>()
  /** On disk, but not ready for adoption. */
  private readonly creating = new Set<string>()

  constructor(options: OciDriverOptions, layout: Layout, home: CgroupHome, supply: Supply, lock: FileLock) {
    this.options = options
    this.layout = layout
    this.supply = supply
    this.lock = lock
    this.networkProblems = supply.problems
    this.shortcomings = shortcomingsOf(privilegeMode, options.network, supply.modes)
    this.staging = layout.trash
    this.durability = new Durability(layout)
    const now = () => new Date(processClock.now())
    const viewer = new Viewer(layout)
    const trash = new Trash(layout.trash)
    this.snapshots = new OciSnapshots({
      layout,
      cache: new CacheIndex(layout.cacheIndex),
      durability: this.durability,
      viewer,
      trash,
      images: options.images,
      changedFilesDigest: (record) => changedFilesDigest(record, this.snapshots, options.images, viewer),
      layersInUse: async () => new Set([...(await layersOfSandboxes(layout)), ...this.newLayers]),
      collectGraceMs: options.collectGraceMs ?? 60_000,
      now,
    })
    this.context = {
      layout,
      snapshots: this.snapshots,
      viewer,
      trash,
      now,
      clearLost: async () => removeOrphanedGroups(layout, home, slotsOf(await allRecords(layout)), 'mine'),
      onDestroyed: (record, id) => {
        this.known.delete(id)
        if (record !== undefined) supply.release(record)
      },
    }
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    if (!/^[a-z0-9-]{1,64}$/.test(spec.id))
      throw new SandboxError('provision_failed', `${JSON.stringify(spec.id)} is not a sandbox id`)
    if (!this.supply.modes.includes(spec.network))
      throw new SandboxError(
        'provision_failed',
        `the network mode ${spec.network} does not work on this machine, or its settings do not allow it`,
        this.networkProblems.length === 0 ? {} : { cause: new Error(this.networkProblems.join('; ')) },
      )
    this.refuseServices(spec)
    this.creating.add(spec.id)
    const inputLayer = randomUUID()
    this.newLayers.add(inputLayer)
    try {
      const { images } = this.options
      const start = await startFor(spec, inputLayer, { ...this.context, durability: this.durability, images })
      return await withLauncher(() => this.make(spec, start))
    } catch (error) {
      if (error instanceof SandboxError) throw error
      throw new SandboxError('provision_failed', `the sandbox could not be made: ${plainReason(error)}`, {
        cause: error,
      })
    } finally {
      this.creating.delete(spec.id)
      this.newLayers.delete(inputLayer)
    }
  }

  /** Refuses services that cannot be as the spec says. */
  private refuseServices({ network, services = [] }: SandboxSpec): void {
    const [first] = services
    if (first !== undefined && network === 'host')
      throw new ServiceError(
        'service_failed',
        first.name,
        'Services need a network of their own: HARMONT_SANDBOX_NETWORK must list none or egress before host.',
      )
    const redirected = services.find(({ localhost }) => localhost)
    if (redirected !== undefined && runtimes[this.options.runtime].ownNetworkStack)
      throw new ServiceError(
        'service_failed',
        redirected.name,
        `The service ${redirected.name} cannot answer on 127.0.0.1 with ${this.options.runtime}: reach it by its name, and leave out \`localhost\`.`,
      )
  }

  private async make(spec: SandboxSpec, start: Start): Promise<Sandbox> {
    const { services: specs = [] } = spec
    const subnet = specs.length === 0 ? '' : await this.serviceSubnet()
    if (spec.gitDirectory !== undefined) await ownGitDirectory(spec.gitDirectory)
    const launcher = await this.supply.take(spec.network)
    const record: SandboxRecord = {
      version: 1,
      id: spec.id,
      label: spec.label,
      bootId,
      createdAt: this.context.now().toISOString(),
      ...start.record,
      limits: spec.limits,
      network: spec.network,
      runtime: this.options.runtime,
      link: launcher.network.link,
      resolvConf: launcher.network.resolvConf,
      groups: launcher.groups,
      rootId: launcher.rootId,
      readOnlyMounts: [
        ...(spec.readOnlyMounts ?? []),
        ...(spec.gitDirectory === undefined ? [] : [{ source: spec.gitDirectory, target: gitTarget }]),
        ...(spec.gitObjects === undefined ? [] : [{ source: spec.gitObjects, target: `${gitTarget}/objects` }]),
      ],
      secretFiles: spec.secretFiles ?? false,
      hasOutput: true,
      ...(specs.length === 0 ? {} : { services: specs.map((_, index) => serviceId(spec.id, index)) }),
    }
    try {
      const names = specs.map(({ name }) => name)
      registerSandbox(this.context, record, names.length === 0 ? undefined : hostsFile(subnet, names))
    } catch (error) {
      await launcher.discard()
      throw error
    }
    let services: readonly OciService[] = []
    const launchers = [launcher]
    try {
      await applyLimits(launcher.groups, runtimes[this.options.runtime].groupLimits(spec.limits))
      if (specs.length === 0) await launcher.mount(spec.id)
      else {
        const { context, supply } = this
        const parts = { ...context, durability: this.durability, images: this.options.images }
        const base = (service: ServiceSpec) => bareStart(service, parts)
        const onLaunched = (all: readonly Launcher[]) => launchers.push(...all)
        services = await makeServices({ context, supply, record, launcher, specs, subnet, base, onLaunched })
      }
    } catch (error) {
      // A retry needs the same id.
      await untilAffordable(() => cleanUpSandbox(this.context, record, spec.id))
      await Promise.all(launchers.map((each) => each.gone(false)))
      throw error
    }
    const { inputPaths } = start
    const sandbox = new OciSandbox(this.context, record, { launcher, services, inputPaths })
    this.known.set(spec.id, sandbox)
    return sandbox
  }

  async adopt(handle: SandboxHandle): Promise<Sandbox | undefined> {
    const own = this.known.get(handle.id)
    if (own !== undefined || this.creating.has(handle.id)) return own
    const sandbox = await this.takeOver(handle.id)
    if (sandbox !== undefined) this.known.set(handle.id, sandbox)
    // Nothing else could remove it.
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

  private async takeOver(id: string): Promise<Sandbox | undefined> {
    const services: OciService[] = []
    for (const each of readRecord(sandboxFiles(this.layout.sandboxes, id).record)?.services ?? []) {
      const found = await this.takeOverOne(each, [])
      const running = await found?.running()
      // All together or not at all.
      if (found === undefined || running === undefined) return undefined
      services.push(new OciService(found.serviceName, found, running))
    }
    return this.takeOverOne(id, services)
  }

  private async takeOverOne(id: string, services: readonly OciService[]): Promise<OciSandbox | undefined> {
    const files = sandboxFiles(this.layout.sandboxes, id)
    const record = readRecord(files.record)
    const started = readIfPresent(files.started)
    // Without a command there was only a launcher, which died with its driver. After a boot nothing
    // is left.
    if (record === undefined || started === undefined || record.bootId !== bootId) return undefined
    // The start was recorded but never sent.
    if (!(await isBegun(files, record))) return undefined
    const ended = hasEnded(files)
    // Nobody can learn its outcome.
    if (!ended && !hasStateDirectory(files)) return undefined
    // The starter may have died before removing it. Before the runtime has read it, no command
    // runs.
    const isRead = ended || readIfPresent(files.sync)?.endsWith('\n') === true
    if (isRead && record.service === undefined) forgetConfig(this.layout, id)
    if (!ended) await ensureWatchdog(this.layout)
    return new OciSandbox(this.context, record, { start: JSON.parse(started) as StartRecord, services })
  }

  async list(): Promise<readonly SandboxHandle[]> {
    const { sandboxes, unbegun } = this.layout
    const present = await readdir(sandboxes)
    const records = new Map(present.map((id) => [id, readRecord(sandboxFiles(sandboxes, id).record)]))
    const services = new Set([...records.values()].flatMap((record) => record?.services ?? []))
    const ids = new Set([...present.filter((id) => !services.has(id)), ...(await readdir(unbegun))])
    return [...ids].map((id) => ({ id, label: records.get(id)?.label ?? {} }))
  }

  resolveImage(name: string, onProgress?: (sentence: string) => void, owner?: string): Promise<ResolvedImage> {
    return this.options.images.resolve(name, onProgress, owner)
  }

  async networkModes(): Promise<readonly NetworkMode[]> {
    return this.supply.modes
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
      removeVolatileState(this.layout)
    }
    await this.lock[Symbol.asyncDispose]()
  }

  /** Returns the subnet of this process's services, which no other namespace sees. */
  private serviceSubnet(): Promise<string> {
    this.subnet ??= rangesInUse().then(freeServiceSubnet)
    return this.subnet
  }
}
