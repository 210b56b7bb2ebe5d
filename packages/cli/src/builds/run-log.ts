import {
  type BuildAddress,
  type CloudClient,
  CloudError,
  type Job,
  type LogChunk,
  pause,
  streamLogs,
} from '@harmont/cloud'
import type { Chunk } from '@harmont/logs'
import { type EventMapper, isJobEnded } from '../events/event-mapper.ts'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'
import type { RunView } from '../events/run-event.ts'
import { logBytes } from './log-bytes.ts'
import { keyOf } from './map-server-job.ts'

/**
 * Number of ended jobs whose logs are read at a time. The logs of all running jobs are followed.
 */
const readAtOnce = 16
/** Time without progress after which the end of an ended job's log is reported without the rest. */
const graceMs = 10_000

export interface RunLogOptions {
  readonly client: CloudClient
  readonly address: BuildAddress
  readonly view: RunView
  readonly mapper: EventMapper
  readonly signal: AbortSignal
}

interface OpenLog {
  readonly complete: Promise<void>
  readonly jobEnded: () => void
}

/** Reports the log of each job in a build once, from its first line. */
export class RunLogs {
  readonly #options: RunLogOptions
  readonly #logs = new Map<string, OpenLog>()
  readonly #waiting: (() => void)[] = []
  #reading = 0
  #movedAt = 0

  constructor(options: RunLogOptions) {
    this.#options = options
  }

  /**
   * Starts reading the log of a started job. Resolves when the log of an ended job is complete, or
   * at once for others. Reports a log that cannot be read.
   */
  follow(job: Job): Promise<void> {
    if (!job.started_at || job.cached === true) return Promise.resolve()
    const log = this.#logs.get(job.id) ?? this.#open(job)
    if (!isJobEnded(job)) return Promise.resolve()
    log.jobEnded()
    return this.#untilCompleteOrStill(job, log.complete)
  }

  async #untilCompleteOrStill(job: Job, complete: Promise<void>): Promise<void> {
    const { view, signal } = this.#options
    const isComplete = complete.then(() => true)
    for (this.#movedAt = performance.now(); ; ) {
      const left = this.#movedAt + graceMs - performance.now()
      if (left <= 0) return view.note(`the log of ${job.step_key ?? job.id} may be incomplete: hm job log ${job.id}`)
      if (await Promise.race([isComplete, pause(left, signal).then(() => false)])) return
    }
  }

  #open(job: Job): OpenLog {
    const { promise, resolve } = Promise.withResolvers<void>()
    const log = { complete: this.#read(job, promise), jobEnded: resolve }
    this.#logs.set(job.id, log)
    return log
  }

  async #read(job: Job, ended: Promise<void>): Promise<void> {
    const { client, address, view, mapper, signal } = this.#options
    const isLate = isJobEnded(job)
    if (isLate) await this.#enter()
    try {
      const step_id = mapper.stepId({ key: keyOf(job) })
      for await (const lines of jobLogLines(client, job.id, { build: address, signal, ended }))
        for (const line of lines) {
          await view.show({ kind: 'step_log', step_id, ...line })
          this.#movedAt = performance.now()
        }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CloudError)) throw error
      await view.note(`could not read the log of ${job.step_key ?? job.id}: ${error.message}`)
    } finally {
      if (isLate) this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#reading >= readAtOnce) await new Promise<void>((go) => this.#waiting.push(go))
    else this.#reading += 1
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#reading -= 1
    else next()
  }
}

const kinds = { stdout: 0, stderr: 1, meta: 2 } as const

/** Converts a log stream event to the chunk that a line splitter accepts. */
export function chunkOf({ seq, stream, bytes, ts }: LogChunk): Chunk {
  return { seq, kind: kinds[stream], content: Buffer.from(bytes), ts: ts === null ? null : BigInt(ts) * 1_000_000n }
}

/**
 * Yields a job's log line by line, until the job has ended. If the stream breaks for good, reads
 * the rest when `ended` resolves.
 */
export async function* jobLogLines(
  client: CloudClient,
  jobId: string,
  options: { readonly build: BuildAddress; readonly signal: AbortSignal; readonly ended: Promise<unknown> },
): AsyncGenerator<LogLine[]> {
  const { build, signal, ended } = options
  const splitter = new LineSplitter()
  let told = 0
  try {
    for await (const event of streamLogs(client, jobId, { build, signal })) {
      if (event.stream !== 'meta') told += event.bytes.length
      yield splitter.push(chunkOf(event))
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof CloudError)) throw error
    await ended
    const now = BigInt(Date.now()) * 1_000_000n
    for await (const content of logBytes(client, jobId, signal, told))
      yield splitter.push({ seq: 0, kind: 0, content: Buffer.from(content), ts: now })
  }
  yield splitter.rest()
}
