import {
  type Applied,
  type Build,
  type CacheLookUp,
  isBuildTerminal,
  isTerminal,
  type Job,
  type MemoryStore,
  noOutput,
  serviceLogId,
} from '@harmont/engine'
import { chunkJson } from '@harmont/logs'
import type { Snapshot } from '@harmont/sandbox'
import { type EventMapper, isJobEnded, type MappedJob } from '../events/event-mapper.ts'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'
import type { RunEvent, RunView } from '../events/run-event.ts'
import { factsOfPlan } from '../events/step-facts.ts'
import { type IdentitySource, noteGiven, noteSteps } from '../records/identity.ts'
import { recordArtifacts } from '../records/recorded-artifacts.ts'
import { recordAppended } from '../records/recorded-plan.ts'
import { recordTimes } from '../records/recorded-splits.ts'
import { AppendedFile, type RunFiles } from '../records/run-records.ts'
import type { StoreListener } from './local-store.ts'
import { mapEngineJob } from './map-engine-job.ts'
import { testsEvent } from './tests-event.ts'

const readAtOnce = 1024 * 1024

export interface ReporterOptions {
  readonly mapper: EventMapper
  /** The build at its start; its steps may append more. */
  readonly build: Pick<Build, 'steps' | 'jobs'>
  readonly identities: IdentitySource
  readonly files: RunFiles
  readonly view: RunView
  readonly snapshotOf: (id: string) => Promise<Snapshot | undefined>
  /** Called once, with the ended build, after all events except its end. */
  readonly onEnd: (build: Omit<Build, 'jobs'>) => void
  /** Called when recording or showing fails; no further event is possible. */
  readonly onFailure: (error: unknown) => void
}

interface OpenLog {
  readonly file: AppendedFile
  readonly lines: LineSplitter
  readonly stepId: string
  seen: number
}

/** Reports a run to its record and its view, one event at a time. */
export class RunReporter implements StoreListener {
  readonly #options: ReporterOptions
  readonly #events: AppendedFile
  #steps: Build['steps']
  /** The ids of the first job of each step. */
  readonly #ids: string[]
  /** Set before the first event. */
  #store: MemoryStore | null = null
  readonly #jobs = new Map<string, Job>()
  readonly #logs = new Map<string, OpenLog>()
  readonly #serviceLogs = new Map<string, AppendedFile>()
  #last: Promise<void> = Promise.resolve()
  #hasFailed = false

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#events = new AppendedFile(options.files.events)
    this.#steps = options.build.steps
    this.#ids = options.build.jobs.map(({ id }) => id)
  }

  /** Reports the start, and the initial state of the jobs. */
  begin(store: MemoryStore, start: RunEvent): void {
    this.#store = store
    const { mapper, build } = this.#options
    const { jobs } = build
    this.#enqueue(async () => {
      noteSteps(this.#options.files.identity, this.#options.identities, this.#steps)
      await this.#report(start)
      for (const event of mapper.queued(await this.#map(jobs))) await this.#report(event)
      await this.#reportJobs(jobs)
    })
  }

  applied({ build, changed }: Applied): void {
    const { jobs, ...header } = build
    const { steps } = build
    const newest = new Set(jobs.map(({ id }) => id))
    const ended = changed.filter(({ id, state }) => newest.has(id) && isTerminal(state))
    this.#enqueue(async () => {
      this.#grow(steps, changed)
      await this.#reportJobs(changed)
      for (const job of ended) {
        if (!job.cached) recordTimes(this.#options.files.times, this.#store?.outputs.of(job.id).tests ?? [])
        await this.#reportArtifacts(job)
      }
      if (isBuildTerminal(header.state)) this.#options.onEnd(header)
    })
  }

  leased(jobId: string): void {
    this.#enqueue(async () => {
      const job = this.#jobs.get(jobId)
      for (const mapped of job === undefined ? [] : await this.#map([job]))
        for (const event of this.#options.mapper.changed({ ...mapped, state: 'assigned' })) await this.#report(event)
    })
  }

  lookedUp(jobId: string, { inputs: { given, services, split } }: CacheLookUp): void {
    if (given === undefined && services === undefined && split === undefined) return
    this.#enqueue(async () => {
      const step = this.#steps[this.#jobs.get(jobId)?.step ?? -1]
      if (step !== undefined)
        noteGiven(this.#options.files.identity, step.key, {
          ...(given && { given }),
          ...(services && { services }),
          ...(split && { split }),
        })
    })
  }

  logged(jobId: string, service?: string): Promise<void> {
    return this.#enqueue(() => (service === undefined ? this.#drain(jobId) : this.#drainService(jobId, service)))
  }

  /** Reports a final event after all others. */
  async report(event: RunEvent): Promise<void> {
    await this.#enqueue(() => this.#report(event))
  }

  /** Resolves when all events are reported. No event can be reported afterwards. */
  async close(): Promise<void> {
    await this.#last
    for (const { file } of this.#logs.values()) file.close()
    for (const file of this.#serviceLogs.values()) file.close()
    this.#events.close()
  }

  /** Adds appended steps; `changed` contains their jobs. */
  #grow(steps: Build['steps'], changed: readonly Job[]): void {
    const appended = steps.slice(this.#steps.length)
    if (appended.length === 0) return
    for (const { id, step } of changed) if (step !== null && step >= this.#steps.length) this.#ids[step] = id
    const { files, identities } = this.#options
    noteSteps(files.identity, identities, steps, this.#steps.length)
    this.#steps = steps
    recordAppended(files.appended, appended)
    this.#options.mapper.grown(factsOfPlan({ steps }))
  }

  async #reportJobs(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) this.#jobs.set(job.id, job)
    // The log of a job precedes its end.
    for (const job of jobs) {
      if (!isTerminal(job.state)) continue
      for (const { name } of job.services) await this.#drainService(job.id, name, true)
      await this.#drain(job.id, true)
    }
    const { mapper } = this.#options
    const mapped = await this.#map([...jobs].sort((a, b) => (a.step ?? 0) - (b.step ?? 0) || a.attempt - b.attempt))
    const events = [
      ...mapper.queued(mapped),
      ...mapped.flatMap((job) => [...mapper.changed(job), ...(isJobEnded(job) ? this.#ended(job) : [])]),
    ]
    for (const event of events) await this.#report(event)
  }

  #ended(job: MappedJob): readonly RunEvent[] {
    const { mapper } = this.#options
    const step_id = mapper.stepId(job)
    const { annotations, tests } = this.#store?.outputs.of(job.id) ?? noOutput
    const written = annotations.map((annotation): RunEvent => ({ kind: 'annotation', step_id, ...annotation }))
    return [...testsEvent(step_id, tests), ...written, ...mapper.ended(job)]
  }

  /** Reports the artifacts of a step's last attempt. */
  async #reportArtifacts({ id, step }: Job): Promise<void> {
    const artifacts = (await this.#store?.outputs.artifacts(id)) ?? []
    if (step === null || artifacts.length === 0) return
    const key = this.#steps[step]?.key ?? ''
    recordArtifacts(
      this.#options.files.artifacts,
      artifacts.map((artifact) => ({ step: key, ...artifact })),
    )
    for (const { path, bytes: size, sha256 } of artifacts)
      await this.#report({ kind: 'artifact', step_id: this.#ids[step] ?? id, path, size, sha256 })
  }

  async #map(jobs: readonly Job[]): Promise<MappedJob[]> {
    const steps = this.#steps
    const mapped = await Promise.all(
      jobs.map(async (job) => {
        const cachedFrom = job.cached && job.snapshot !== null ? await this.#tagOf(job.snapshot) : 'an earlier run'
        return mapEngineJob(job, { steps, ids: this.#ids, cachedFrom })
      }),
    )
    return mapped.filter((job) => job !== undefined)
  }

  async #tagOf(snapshot: string): Promise<string> {
    const { pipeline = 'a run', number = '?' } = (await this.#options.snapshotOf(snapshot))?.meta.origin ?? {}
    return `${pipeline} #${number}`
  }

  async #drain(jobId: string, isLast = false): Promise<void> {
    const store = this.#store
    const log = this.#logs.get(jobId) ?? this.#openLog(jobId)
    if (store === null || log === undefined) return
    for (;;) {
      const chunks = await store.logs.read(jobId, log.seen, readAtOnce)
      const last = chunks.at(-1)
      if (last === undefined) break
      log.file.add(chunks.map((chunk) => `${chunkJson(chunk)}\n`).join(''))
      log.seen = last.seq
      await store.logs.drop(jobId, last.seq)
      for (const chunk of chunks) await this.#showLines(log, log.lines.push(chunk))
    }
    if (!isLast) return
    await this.#showLines(log, log.lines.rest())
    log.file.close()
    this.#logs.delete(jobId)
  }

  /** Records the log of a service. Views do not show its lines. */
  async #drainService(jobId: string, name: string, isLast = false): Promise<void> {
    const store = this.#store
    const job = this.#jobs.get(jobId)
    if (store === null || job === undefined || job.step === null) return
    const id = serviceLogId(jobId, name)
    const file = this.#serviceLogs.get(id) ?? new AppendedFile(this.#options.files.log(job.step, job.attempt, name))
    this.#serviceLogs.set(id, file)
    for (;;) {
      // Recorded chunks are dropped, so each read begins at the first unrecorded chunk.
      const chunks = await store.logs.read(id, 0, readAtOnce)
      const last = chunks.at(-1)
      if (last === undefined) break
      file.add(chunks.map((chunk) => `${chunkJson(chunk)}\n`).join(''))
      await store.logs.drop(id, last.seq)
    }
    if (!isLast) return
    file.close()
    this.#serviceLogs.delete(id)
  }

  #openLog(jobId: string): OpenLog | undefined {
    const job = this.#jobs.get(jobId)
    if (job === undefined || job.step === null) return undefined
    const file = new AppendedFile(this.#options.files.log(job.step, job.attempt))
    const stepId = this.#ids[job.step] ?? job.id
    const log = { file, lines: new LineSplitter(), stepId, seen: 0 }
    this.#logs.set(jobId, log)
    return log
  }

  async #showLines({ stepId: step_id }: OpenLog, lines: readonly LogLine[]): Promise<void> {
    for (const line of lines) await this.#options.view.show({ kind: 'step_log', step_id, ...line })
  }

  async #report(event: RunEvent): Promise<void> {
    this.#events.add(`${JSON.stringify(event)}\n`)
    await this.#options.view.show(event)
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#hasFailed) return
      try {
        await work()
      } catch (error) {
        this.#hasFailed = true
        this.#options.onFailure(error)
      }
    })
    return this.#last
  }
}
