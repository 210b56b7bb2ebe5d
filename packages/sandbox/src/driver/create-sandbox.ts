import { randomUUID } from 'node:crypto'
import { applyLimits } from '../cgroups/cgroups.ts'
import type { ImageStore } from '../images/index.ts'
import { type Launcher, withLauncher } from '../launch/launcher.ts'
import { type RuntimeName, runtimes } from '../launch/runtimes/index.ts'
import type { Supply } from '../launch/supply.ts'
import { freeServiceSubnet, rangesInUse } from '../network/address-block.ts'
import { boundFor } from '../network/guard/bound.ts'
import { hostsFile } from '../network/services-network.ts'
import { SandboxError, type SandboxSpec, type ServiceSpec, type SnapshotId } from '../sandbox-driver.ts'
import { ServiceError } from '../service-error.ts'
import type { OciService } from '../services/oci-service.ts'
import type { Durability } from '../snapshots/durability.ts'
import { bootId } from '../system/clock.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { plainReason } from '../system/tool-failed.ts'
import { cleanUpSandbox } from './cleanup.ts'
import { gitTarget, ownGitDirectory } from './git-mount.ts'
import { makeServices, serviceId } from './make-services.ts'
import type { SandboxRecord } from './record.ts'
import { mountsOf, registerSandbox } from './register-sandbox.ts'
import { OciSandbox } from './sandbox.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { bareStart, type Start, startFor } from './start.ts'

interface CreationParts {
  readonly context: SandboxContext
  readonly supply: Supply
  readonly durability: Durability
  readonly images: ImageStore
  readonly runtime: RuntimeName
}

/** Creates a driver's sandboxes. */
export class SandboxCreation {
  /** Layers of inputs whose sandbox has no record on disk yet. */
  readonly newLayers = new Set<SnapshotId>()
  private readonly parts: CreationParts
  private subnet: Promise<string> | undefined

  constructor(parts: CreationParts) {
    this.parts = parts
  }

  async create(spec: SandboxSpec): Promise<OciSandbox> {
    refuseMode(spec, this.parts.supply)
    refuseServices(spec, this.parts.runtime)
    const inputLayer = randomUUID()
    this.newLayers.add(inputLayer)
    try {
      const start = await startFor(spec, inputLayer, this.startParts())
      return await withLauncher(() => this.make(spec, start))
    } catch (error) {
      if (error instanceof SandboxError) throw error
      throw new SandboxError('provision_failed', `the sandbox could not be made: ${plainReason(error)}`, {
        cause: error,
      })
    } finally {
      this.newLayers.delete(inputLayer)
    }
  }

  private startParts() {
    const { context, durability, images } = this.parts
    return { ...context, durability, images }
  }

  private async make(spec: SandboxSpec, start: Start): Promise<OciSandbox> {
    const { context, supply, runtime } = this.parts
    const { services: specs = [] } = spec
    const subnet = specs.length === 0 ? '' : await this.serviceSubnet()
    if (spec.gitDirectory !== undefined) await ownGitDirectory(spec.gitDirectory)
    const launcher = await supply.take(spec.network)
    let record: SandboxRecord = {
      ...describe(spec),
      ...start.record,
      createdAt: context.now().toISOString(),
      runtime,
      link: launcher.network.link,
      ...boundFor(context.layout, launcher.network, spec.egress, spec.id),
      groups: launcher.groups,
      rootId: launcher.rootId,
    }
    try {
      const names = specs.map(({ name }) => name)
      record = registerSandbox(context, record, names.length === 0 ? undefined : hostsFile(subnet, names))
    } catch (error) {
      await launcher.discard()
      throw error
    }
    let services: readonly OciService[] = []
    const launchers = [launcher]
    try {
      await applyLimits(launcher.groups, runtimes[runtime].groupLimits(spec.limits))
      if (spec.share !== undefined) context.shares.add(spec.id, spec.share, launcher.groups, true)
      await supply.bind(record)
      if (specs.length === 0) await launcher.mount(spec.id, mountsOf(context, record))
      else {
        const base = (service: ServiceSpec) => bareStart(service, this.startParts())
        const onLaunched = (all: readonly Launcher[]) => launchers.push(...all)
        services = await makeServices({ context, supply, record, launcher, specs, subnet, base, onLaunched })
      }
    } catch (error) {
      // A retry needs the same id.
      await untilAffordable(() => cleanUpSandbox(context, record, spec.id))
      await Promise.all(launchers.map((each) => each.gone(false)))
      throw error
    }
    return new OciSandbox(context, record, { launcher, services, inputPaths: start.inputPaths })
  }

  /**
   * Returns the subnet of this process's services, which is visible only in their own network
   * namespaces.
   */
  private serviceSubnet(): Promise<string> {
    this.subnet ??= rangesInUse().then(freeServiceSubnet)
    return this.subnet
  }
}

/** Returns the part of a sandbox's record that its spec determines. */
function describe(spec: SandboxSpec) {
  const { id, label, limits, share, network, services = [], gitDirectory, gitObjects } = spec
  return {
    version: 1 as const,
    ...{ id, label, limits, network, bootId },
    ...(share === undefined ? {} : { share }),
    readOnlyMounts: [
      ...(spec.readOnlyMounts ?? []),
      ...(gitDirectory === undefined ? [] : [{ source: gitDirectory, target: gitTarget }]),
      ...(gitObjects === undefined ? [] : [{ source: gitObjects, target: `${gitTarget}/objects` }]),
    ],
    secretFiles: spec.secretFiles ?? false,
    hasOutput: true,
    ...(services.length === 0 ? {} : { services: services.map((_, index) => serviceId(id, index)) }),
  }
}

function refuseMode({ network, egress }: SandboxSpec, { modes, problems }: Supply): void {
  if (egress !== undefined && network !== 'egress')
    throw new SandboxError('egress_unsupported', `An egress list cannot limit the network mode ${network}.`)
  if (modes.includes(network)) return
  throw new SandboxError(
    'provision_failed',
    `the network mode ${network} does not work on this machine, or its settings do not allow it`,
    problems.length === 0 ? {} : { cause: new Error(problems.join('; ')) },
  )
}

/** Refuses services that are impossible with this network mode or runtime. */
function refuseServices({ network, services = [] }: SandboxSpec, runtime: RuntimeName): void {
  const [first] = services
  if (first !== undefined && network === 'host')
    throw new ServiceError(
      'service_failed',
      first.name,
      'Services need a network of their own: HARMONT_SANDBOX_NETWORK must list none or egress before host.',
    )
  const redirected = services.find(({ localhost }) => localhost)
  if (redirected !== undefined && runtimes[runtime].ownNetworkStack)
    throw new ServiceError(
      'service_failed',
      redirected.name,
      `The service ${redirected.name} cannot answer on 127.0.0.1 with ${runtime}: reach it by its name, and leave out \`localhost\`.`,
    )
}
