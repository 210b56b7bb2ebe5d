/** Follows the services of a leased step: their starts, logs and ends. */
import { type Exit, endInWords, now, type Running, type Sandbox, type Service, ServiceError } from '@harmont/sandbox'
import type { ServiceState } from '../../core/model.ts'
import { unlessAborted } from '../../unless-aborted.ts'
import { watchdogDeadline } from '../held-lease.ts'
import type { JobContext } from '../job-context.ts'
import { JobLog } from '../job-log.ts'
import { Tail } from './tail.ts'

/**
 * Maximum size of a service's log in bytes. A longer log keeps its beginning and its end, with
 * remarks.
 */
const maxLogBytes = 64 * 1024 * 1024
const quotedLines = 20

interface Followed {
  readonly service: Service
  readonly tail: Tail
  /** Resolves when the service's log is completely stored. */
  readonly logged: Promise<void>
}

/** The services of one step in this process. */
export class ServiceRun {
  readonly #context: JobContext
  readonly #sandbox: Sandbox
  readonly #followed: readonly Followed[]
  readonly #started = new Map<string, Running>()
  readonly #unsubscribe: () => void
  #states: readonly ServiceState[]
  /** Reports are sent one after the other, each with the newest states. */
  #reports: Promise<void> = Promise.resolve()
  #isReportDue = false
  /** Whether all further ends of services are caused by this process. */
  #isEnding = false

  /** Whether the services start in this process. */
  readonly #isNew: boolean

  private constructor(context: JobContext, sandbox: Sandbox, states: readonly ServiceState[], isNew: boolean) {
    this.#isNew = isNew
    this.#context = context
    this.#sandbox = sandbox
    this.#states = states
    this.#unsubscribe = context.lease.onRenewed((expiresAt) => this.#extend(expiresAt))
    this.#followed = sandbox.services.map((service) => {
      const tail = new Tail(quotedLines)
      const logged = this.#follow(service, tail)
      // The promise is awaited at the end of the step.
      logged.catch(() => undefined)
      return { service, tail, logged }
    })
  }

  /**
   * Starts a new sandbox's services and waits until all are ready. The job's lease is watched
   * during the start, so the job may have to end. Throws a ServiceError with the last lines of the
   * service's log.
   */
  static async start(context: JobContext, sandbox: Sandbox): Promise<ServiceRun> {
    const { lease } = context
    const starting = sandbox.services.map(
      ({ name }) => ({ name, state: 'starting', readyMs: null, exitCode: null }) as const,
    )
    const run = new ServiceRun(context, sandbox, starting, true)
    if (sandbox.services.length === 0) return run
    run.#report()
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, lease.signal])
    const ready = sandbox.startServices(() => watchdogDeadline(lease.expiresAt), signal)
    try {
      await lease.whileWanted(() => ready)
      return run
    } catch (error) {
      over.abort(error)
      await ready.catch(() => undefined)
      // Records the end here, because it may not have been observed yet and later ends count as
      // caused by this process.
      if (error instanceof ServiceError && error.exit)
        run.#change(error.service, { state: 'failed', exitCode: error.exit.code })
      if (!lease.signal.aborted) await run.end()
      throw error instanceof ServiceError ? run.#withLines(error) : error
    }
  }

  /** Continues with the services of an adopted sandbox, whose command has started. */
  static adopt(context: JobContext, sandbox: Sandbox): ServiceRun {
    return new ServiceRun(context, sandbox, context.lease.job.services, false)
  }

  /**
   * Stops a service with its stop signal and returns its end; undefined when it never started.
   * Kills it if the job must end meanwhile, because a service may take minutes to stop.
   */
  async stop(name: string): Promise<Exit | undefined> {
    this.#isEnding = true
    const { lease } = this.#context
    const stopped = this.#followed.find(({ service }) => service.name === name)?.service.stop()
    const kill = async () => this.#started.get(name)?.kill('SIGKILL')
    await unlessAborted(Promise.race([stopped, lease.stopAsked.then(kill)]), lease.signal)
    return stopped
  }

  /** Kills the running services. Resolves when their logs and states are stored. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.all(
      this.#followed.map(async ({ service: { name }, logged }) => {
        const running = this.#started.get(name)
        if (running === undefined) return
        await running.kill('SIGKILL')
        await logged
      }),
    )
    await this.#reports
    this.#unsubscribe()
  }

  async #follow(service: Service, tail: Tail): Promise<void> {
    const running = await service.started()
    if (running === undefined) return
    this.#started.set(service.name, running)
    void this.#awaitReady(service)
    const log = await this.#openLog(service.name, tail)
    await Promise.all([
      log?.pump({
        output: (offset) => running.output(offset, this.#context.lease.signal),
        release: (offset) => void running.release(offset).catch(() => undefined),
      }),
      this.#awaitEnd(service, running),
    ])
  }

  async #openLog(name: string, tail: Tail): Promise<JobLog | undefined> {
    const { lease, log, options, report } = this.#context
    const { jobId, buildId, fence, leaseId = null } = lease.job
    let opened: Awaited<ReturnType<typeof options.port.openServiceLog>> = null
    await report(async () => {
      opened = await options.port.openServiceLog(lease.job, name, this.#isNew)
      return opened !== null
    })
    if (opened === null) return undefined
    const ref = { jobId, buildId, fence, leaseId, service: name }
    return log.sharingMasks(
      new JobLog(
        opened,
        async (chunks, offset) => {
          tail.add(chunks)
          await report(() => options.port.append(ref, chunks, offset))
        },
        maxLogBytes,
      ),
    )
  }

  async #awaitReady(service: Service): Promise<void> {
    const readyMs = await service.ready()
    const { state } = this.#stateOf(service.name)
    if (state === 'starting' && readyMs !== undefined) this.#change(service.name, { state: 'ready', readyMs })
  }

  async #awaitEnd({ name }: Service, running: Running): Promise<void> {
    const exit = await running.exited(this.#context.lease.signal)
    const { state } = this.#stateOf(name)
    const command = await this.#sandbox.running()
    // An earlier process may have ended it after the command.
    const isOurs = this.#isEnding || (await command?.hasEnded()) === true
    if (isOurs || (state !== 'starting' && state !== 'ready')) return
    this.#change(name, { state: state === 'starting' ? 'failed' : 'ended', exitCode: exit.code })
    if (state === 'ready')
      this.#context.log.remark(`the service ${name} ended with ${endInWords(exit)} before the command did`)
  }

  #extend(expiresAt: Date): void {
    const { options, lease } = this.#context
    for (const [name, running] of this.#started)
      running.extend(watchdogDeadline(expiresAt)).catch((error: unknown) => {
        options.log('error', `job ${lease.job.jobId}: could not extend the watchdog of its service ${name}`, error)
      })
  }

  #stateOf(name: string): Pick<ServiceState, 'state'> {
    return this.#states.find((one) => one.name === name) ?? { state: 'ready' }
  }

  #change(name: string, fields: Partial<ServiceState>): void {
    this.#states = this.#states.map((one) => (one.name === name ? { ...one, ...fields } : one))
    this.#report()
  }

  #report(): void {
    if (this.#isReportDue) return
    this.#isReportDue = true
    const { lease, options, report } = this.#context
    this.#reports = this.#reports.then(() => {
      this.#isReportDue = false
      return report(() => options.port.services(lease.job, new Date(now()), this.#states))
    })
    // `end` throws it.
    this.#reports.catch(() => undefined)
  }

  #withLines(error: ServiceError): ServiceError {
    const lines = this.#followed.find(({ service }) => service.name === error.service)?.tail.lines() ?? []
    const { message, service, exit, cause } = error
    const quoted = lines.length === 0 ? message : [`${message} Its last lines:`, ...lines].join('\n')
    const code = error.code === 'service_timeout' ? 'service_timeout' : 'service_failed'
    return new ServiceError(code, service, quoted, { ...(exit && { exit }), cause })
  }
}
