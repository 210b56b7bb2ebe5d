import { writeFileSync } from 'node:fs'
import type { Launcher } from '../launch/launcher.ts'
import type { Supply } from '../launch/supply.ts'
import { sandboxFiles } from '../layout/layout.ts'
import { boundFor } from '../network/guard/bound.ts'
import { bridgeScript, hostsFile, serviceAddress, serviceScript } from '../network/services-network.ts'
import type { ImageProgram, ServiceSpec } from '../sandbox-driver.ts'
import { OciService } from '../services/oci-service.ts'
import type { ServiceRecord } from '../services/service-record.ts'
import type { SandboxRecord } from './record.ts'
import { mountsOf, registerSandbox } from './register-sandbox.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { OciServiceSandbox } from './service-sandbox.ts'
import type { Start } from './start.ts'

/** Returns the id of a service's sandbox. */
export function serviceId(id: string, index: number): string {
  return `${id}-s${index}`
}

export interface ServicesRequest {
  readonly context: SandboxContext
  readonly supply: Supply
  /** The sandbox of the services. Nothing is mounted for it yet. */
  readonly record: SandboxRecord
  readonly launcher: Launcher
  readonly specs: readonly ServiceSpec[]
  readonly subnet: string
  readonly base: (spec: ServiceSpec) => Promise<Start['record']>
  /**
   * Called with the launchers of registered sandboxes, which the caller must free if `makeServices`
   * fails.
   */
  readonly onLaunched: (launchers: readonly Launcher[]) => void
}

interface Begun {
  readonly record: SandboxRecord
  readonly service: ServiceRecord
  readonly launcher: Launcher
}

/**
 * Makes the sandboxes of services, and mounts the files of these and of their step's sandbox. The
 * network namespaces must exist before the bridge between them.
 */
export async function makeServices(request: ServicesRequest): Promise<readonly OciService[]> {
  const { context, record, launcher, specs, subnet, onLaunched } = request
  const outcomes = await Promise.allSettled(specs.map((spec, index) => begin(request, spec, index)))
  const begun = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  onLaunched(begun.map((service) => service.launcher))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  const networked = begun.map(({ record: { image }, service: { name, localhost, ready }, launcher: { pid } }) => ({
    name,
    pid,
    localPorts: localhost ? portsOf(ready, image.program) : [],
  }))
  writeFileSync(sandboxFiles(context.layout.sandboxes, record.id).network, bridgeScript(subnet, networked))
  await launcher.mount(record.id, mountsOf(context, record))
  await Promise.all(
    begun.map(async (service, index) => {
      const { id } = service.record
      writeFileSync(sandboxFiles(context.layout.sandboxes, id).network, serviceScript(subnet, index))
      await service.launcher.mount(id, mountsOf(context, service.record))
    }),
  )
  return begun.map(
    ({ record, service, launcher }) => new OciService(new OciServiceSandbox(context, record, service, { launcher })),
  )
}

/** Returns the ports that a service is known to have. */
function portsOf(ready: ServiceSpec['ready'], program: ImageProgram | undefined): readonly number[] {
  return [...(ready.port === null ? [] : [ready.port]), ...(program?.ports ?? [])]
}

async function begin(request: ServicesRequest, spec: ServiceSpec, index: number): Promise<Begun> {
  const { context, supply, record, launcher, specs, subnet } = request
  const { base: _, ...wanted } = spec
  const service = { ...wanted, address: serviceAddress(subnet, index) }
  const base = await request.base(spec)
  const network = spec.egress && record.network === 'egress' ? 'egress' : 'none'
  const place = { name: `s${index}`, above: launcher.groups }
  const own = await supply.takeForService(network, place)
  const { egress, ...shared } = record
  const made: SandboxRecord = {
    ...shared,
    ...base,
    id: serviceId(record.id, index),
    services: [],
    service,
    network,
    link: own.network.link,
    ...boundFor(context.layout, own.network, egress, record.id),
    groups: own.groups,
    rootId: own.rootId,
    readOnlyMounts: [],
    secretFiles: false,
  }
  try {
    const hosts = hostsFile(
      subnet,
      specs.map(({ name }) => name),
    )
    const registered = registerSandbox(context, made, hosts)
    await supply.bind(registered)
    return { record: registered, service, launcher: own }
  } catch (error) {
    await own.discard()
    throw error
  }
}
