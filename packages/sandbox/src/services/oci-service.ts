import type { Exit, Running, Service, ServiceState, Snapshot, SnapshotMeta } from '../sandbox-driver.ts'
import { ServiceError } from '../service-error.ts'
import { type Starting, untilReady } from './readiness.ts'

/** The sandbox of a service. */
export interface ServiceSandbox {
  readonly name: string
  /** Names of the other services that the service needs. */
  readonly needs: readonly string[]
  /**
   * Starts the service's program, and returns the means to observe it.
   * @param from a process in the network namespace of the sandbox to which the service belongs.
   */
  startService(deadline: Date, from: number): Promise<Starting>
  /** Ends the service's program as its spec requires. */
  stopService(running: Running): Promise<Exit>
  snapshot(meta: SnapshotMeta): Promise<Snapshot>
  /** Frees this process's resources for the sandbox, once nothing else of it remains. */
  letGo(): Promise<void>
}

/** A service in its own sandbox, which ends with the sandbox to which it belongs. */
export class OciService implements Service {
  readonly name: string
  readonly sandbox: ServiceSandbox
  private readonly begun = Promise.withResolvers<Running | undefined>()
  private running: Running | undefined
  private progress: Exclude<ServiceState, 'ended'> = 'waiting'
  private readonly took = Promise.withResolvers<number | undefined>()

  /** @param adopted the service's program, if an earlier process started it. */
  constructor(sandbox: ServiceSandbox, adopted?: Running) {
    this.name = sandbox.name
    this.sandbox = sandbox
    if (adopted === undefined) return
    this.progress = 'ready'
    this.took.resolve(undefined)
    this.hasBegun(adopted)
  }

  async state(): Promise<ServiceState> {
    return (await this.running?.hasEnded()) === true ? 'ended' : this.progress
  }

  ready(): Promise<number | undefined> {
    return this.took.promise
  }

  started(): Promise<Running | undefined> {
    return this.begun.promise
  }

  /** Starts the service, and resolves once it is ready. */
  async start(deadline: Date, from: number, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now()
    this.progress = 'starting'
    const starting = await this.sandbox.startService(deadline, from)
    this.hasBegun(starting.running)
    await untilReady(starting, signal)
    this.progress = 'ready'
    this.took.resolve(Math.round(performance.now() - startedAt))
  }

  /** Moves the deadline of the service's program, if it has started. */
  async extend(deadline: Date): Promise<void> {
    await this.running?.extend(deadline)
  }

  async stop(): Promise<Exit> {
    const { running } = this
    if (running === undefined)
      throw new ServiceError('service_failed', this.name, `The service ${this.name} was never started.`)
    return this.sandbox.stopService(running)
  }

  snapshot(meta: SnapshotMeta): Promise<Snapshot> {
    return this.sandbox.snapshot(meta)
  }

  /** Call it once nothing of the service's sandbox remains. */
  async gone(): Promise<void> {
    this.begun.resolve(undefined)
    this.took.resolve(undefined)
    await this.sandbox.letGo()
  }

  private hasBegun(running: Running): void {
    this.running = running
    this.begun.resolve(running)
  }
}

/**
 * Starts each service once the services that it needs are ready. Resolves when all are ready. After
 * the first failure it no longer waits for the others.
 * @param deadline called at each start.
 * @param from a process in the network namespace of the sandbox to which the services belong.
 */
export async function startServices(
  services: readonly OciService[],
  deadline: () => Date,
  from: number,
  signal?: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  const both = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])])
  const starting = new Map<OciService, Promise<void>>()
  const start = async (service: OciService): Promise<void> => {
    const needed = services.filter(({ name }) => service.sandbox.needs.includes(name))
    try {
      await Promise.all(needed.map(startOnce))
      both.throwIfAborted()
      await service.start(deadline(), from, both)
    } catch (error) {
      failed.abort(error)
      throw error
    }
  }
  const startOnce = (service: OciService): Promise<void> => {
    const known = starting.get(service) ?? start(service)
    starting.set(service, known)
    return known
  }
  await Promise.allSettled(services.map(startOnce))
  both.throwIfAborted()
}
