import {
  type Build,
  type BuildAddress,
  type CloudClient,
  CloudError,
  followBuild,
  isEnded,
  type Job,
} from '@harmont/cloud'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { type EventMapper, endEvent, isJobEnded } from '../events/event-mapper.ts'
import type { RunEvent, RunView } from '../events/run-event.ts'
import { mapServerJob } from './map-server-job.ts'
import { RunLogs } from './run-log.ts'
import { serverTests } from './server-tests.ts'

/** Time limit for a canceled build to end. */
const cancelGraceMs = 30_000

export interface FollowRunOptions {
  readonly client: CloudClient
  readonly address: BuildAddress
  readonly view: RunView
  readonly mapper: EventMapper
  /** Ctrl-C. */
  readonly signal: AbortSignal
  /** Whether Ctrl-C cancels the build. */
  readonly onInterrupt: 'cancel' | 'leave'
  /** Milliseconds after which the build is canceled. */
  readonly timeoutMs: number | undefined
}

/**
 * Shows a build of a server until it ends and returns the exit code. Throws exit 4 when the server
 * is unreachable for too long.
 */
export async function followRun(options: FollowRunOptions): Promise<ExitCode> {
  const { client, address, view, signal } = options
  const stop = new AbortController()
  const jobs = new JobsOfRun(options, stop.signal, (failure) => stop.abort(failure))
  let canceledBy: HmError | undefined
  const cancel = (reason: HmError) => {
    if (canceledBy !== undefined) return
    canceledBy = reason
    setTimeout(() => stop.abort(reason), cancelGraceMs).unref()
    void cancelBuild(options, stop.signal)
  }
  const interrupt = () => (options.onInterrupt === 'leave' ? stop.abort(signal.reason) : cancel(signal.reason))
  if (signal.aborted) interrupt()
  signal.addEventListener('abort', interrupt)
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => cancel(timedOut()), Math.min(options.timeoutMs, 2 ** 31 - 1))
  try {
    const build = await follow(client, address, jobs, stop.signal)
    await jobs.reported()
    stop.signal.throwIfAborted()
    for (const event of await annotationsOf(options, stop.signal)) await view.show(event)
    const end = endEvent(endedBuild(build), canceledBy)
    await view.show(end)
    return end.exit_code
  } catch (error) {
    if (stop.signal.aborted && stop.signal.reason === signal.reason) await view.note(stillThere(options))
    throw stop.signal.aborted ? stop.signal.reason : lost(error, address)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', interrupt)
    stop.abort()
  }
}

/**
 * Returns the steps' annotations of a build; nothing if the server does not support them. A failure
 * does not hide the build's outcome.
 */
async function annotationsOf(
  { client, address, mapper, view }: FollowRunOptions,
  signal: AbortSignal,
): Promise<readonly RunEvent[]> {
  try {
    const { data } = await client.listAnnotations(address, { signal })
    return data.flatMap(({ job_id, name, style, markdown }): RunEvent[] => {
      const step_id = mapper.stepOfJob(job_id)
      return step_id === undefined ? [] : [{ kind: 'annotation', step_id, name, style, markdown }]
    })
  } catch (error) {
    if (!(error instanceof CloudError) || signal.aborted) throw error
    if (!error.isUnknownOperation) await view.note(`could not read the annotations of the build: ${error.message}`)
    return []
  }
}

async function follow(
  client: CloudClient,
  address: BuildAddress,
  jobs: JobsOfRun,
  signal: AbortSignal,
): Promise<Build> {
  const { data } = await client.listJobs(address, { signal })
  await jobs.begin(data)
  let last: Build | undefined
  for await (const update of followBuild(client, address, { signal })) {
    if (update.kind === 'build') last = update.build
    else {
      // Appended steps arrive one by one but are announced together.
      if (jobs.isAppended(update.job)) await jobs.begin((await client.listJobs(address, { signal })).data)
      jobs.changed(update.job)
    }
  }
  return last !== undefined && isEnded(last) ? last : client.getBuild(address, { signal })
}

/** Reports changes of jobs: in order for each job, and none before its prerequisites have ended. */
class JobsOfRun {
  readonly #options: FollowRunOptions
  readonly #logs: RunLogs
  readonly #reports = new Map<string, Promise<void>>()
  readonly #ended = new Set<string>()
  readonly #appended = new AppendedJobs()
  readonly #onFailure: (error: unknown) => void
  readonly #signal: AbortSignal

  constructor(options: FollowRunOptions, signal: AbortSignal, onFailure: (error: unknown) => void) {
    this.#options = options
    this.#logs = new RunLogs({ ...options, signal })
    this.#onFailure = onFailure
    this.#signal = signal
  }

  /** Whether a job's step was appended after the build was first read. */
  isAppended(job: Job): boolean {
    return job.appended_by != null && !this.#options.mapper.knows(mapServerJob(job))
  }

  async begin(jobs: readonly Job[]): Promise<void> {
    for (const event of this.#options.mapper.queued(jobs.map(mapServerJob))) await this.#options.view.show(event)
  }

  changed(job: Job): void {
    const { mapper, view } = this.#options
    const mapped = mapServerJob(job)
    // The newest attempt represents its step from here on.
    const events = [...mapper.queued([mapped]), ...mapper.changed(mapped)]
    const isEnd = isJobEnded(job) && !this.#ended.has(job.id)
    if (isEnd) this.#ended.add(job.id)
    if (job.appended_by != null) this.#appended.add(job.appended_by, job.id)
    const after = [...job.depends_on, ...this.#appended.below(job.after_appended ?? [])]
    const before = [job.id, ...after, ...(job.previous_attempt_id ? [job.previous_attempt_id] : [])]
    const ready = Promise.all(before.map((id) => this.#reports.get(id)))
    const report = async () => {
      await ready
      for (const event of events) await view.show(event)
      await this.#logs.follow(job)
      if (!isEnd) return
      for (const event of await this.#testsOf(job, mapper.stepId(mapped))) await view.show(event)
      for (const event of mapper.ended(mapped)) await view.show(event)
    }
    this.#reports.set(job.id, report().catch(this.#onFailure))
  }

  /**
   * Returns the reported tests of a failed job. Skips passed jobs, which would cost a request each.
   */
  async #testsOf({ id: job, state }: Job, step_id: string): Promise<readonly RunEvent[]> {
    const { client, address } = this.#options
    return state === 'failed' || state === 'timed_out'
      ? serverTests(client, { ...address, job }, step_id, this.#signal)
      : []
  }

  async reported(): Promise<void> {
    await Promise.all(this.#reports.values())
  }
}

/** Maps each generator to the jobs that it appended. */
class AppendedJobs {
  readonly #by = new Map<string, Set<string>>()

  add(generator: string, job: string): void {
    const known = this.#by.get(generator) ?? new Set()
    this.#by.set(generator, known.add(job))
  }

  /** Returns the jobs appended by these generators, directly or indirectly. */
  below(generators: readonly string[]): ReadonlySet<string> {
    const found = new Set(generators)
    for (const one of found) for (const job of this.#by.get(one) ?? []) found.add(job)
    return found
  }
}

async function cancelBuild({ client, address, view }: FollowRunOptions, signal: AbortSignal): Promise<void> {
  await view.note(`canceling build #${address.number}; press Ctrl-C again to leave at once`)
  try {
    await client.cancelBuild(address, { signal })
  } catch (error) {
    if (signal.aborted) return
    const why = error instanceof Error ? error.message : String(error)
    await view.note(`could not cancel build #${address.number}: ${why}`)
  }
}

function stillThere({ onInterrupt, address: { number, pipeline } }: FollowRunOptions): string {
  return onInterrupt === 'leave'
    ? `build #${number} is still running: hm build watch ${number} -p ${pipeline}`
    : `build #${number} has not ended yet: hm build watch ${number} -p ${pipeline}`
}

function endedBuild(build: Build) {
  const { state, created_at, started_at, finished_at, error_code = null, error_message = null } = build
  const durationMs = finished_at ? Math.max(0, Date.parse(finished_at) - Date.parse(started_at ?? created_at)) : 0
  return { state, errorCode: error_code, errorMessage: error_message, durationMs }
}

function timedOut(): HmError {
  return new HmError(exits.timeout, 'timeout', 'the build exceeded --timeout')
}

/** Reports a lost connection to the server. The build continues without being watched. */
function lost(error: unknown, { number, pipeline }: BuildAddress): unknown {
  if (!(error instanceof CloudError) || !error.isPassing) return error
  return new HmError(exits.unavailable, error.code, `lost track of build #${number}: ${error.message}`, {
    fix: `hm build watch ${number} -p ${pipeline}`,
    cause: error,
  })
}
