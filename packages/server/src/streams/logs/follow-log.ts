import type { Chunk } from '@harmont/logs'
import type { JobLogs } from '../../builds/logs/job-logs.ts'
import { follow } from '../../platform/follow/follow.ts'
import { SingleFlight } from '../../platform/follow/single-flight.ts'

/** A segment of a packed log. Each reader that does not take its bytes holds this much memory. */
const readBytes = 128 * 1024

export type Followed =
  | { readonly kind: 'chunks'; readonly chunks: readonly Chunk[] }
  /** All chunks that existed at the beginning have been yielded; occurs once. */
  | { readonly kind: 'caught-up' }
  /** The job is terminal and its last chunk was yielded. */
  | { readonly kind: 'end' }

/** Reads logs for many readers: identical concurrent reads share a query. */
export class LogReads {
  readonly logs: JobLogs
  readonly #flights = new SingleFlight()

  constructor(logs: JobLogs) {
    this.logs = logs
  }

  /** `isAll`: all these chunks exist, so an earlier read must not be shared. */
  chunks(jobId: string, after: number, isAll: boolean, maxBytes = readBytes): Promise<readonly Chunk[]> {
    const question = `${jobId} ${maxBytes} after ${after}${isAll ? ', all there' : ''}`
    return this.#flights.run(question, () => this.logs.read(jobId, after, maxBytes))
  }

  isOver(jobId: string): Promise<boolean> {
    return this.#flights.run(`${jobId} state`, () => this.logs.isOver(jobId))
  }
}

/** Yields all chunks with seq > `after`, as they are written, until the job has ended. */
export function followLog(
  reads: LogReads,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  let last = after
  let isOver = false
  let isCaughtUp = false
  return follow<Followed>({
    subscribe: (wake) => reads.logs.onChange(jobId, wake),
    async read(wake) {
      const chunks = await reads.chunks(jobId, last, isOver)
      const newest = chunks.at(-1)
      if (newest !== undefined) {
        last = newest.seq
        wake()
        return { kind: 'chunks', chunks }
      }
      if (isOver) return { kind: 'end' }
      isOver = await reads.isOver(jobId)
      // The job may have written between the two reads above: another read after its end gets
      // everything.
      if (isOver) wake()
      if (isCaughtUp) return null
      isCaughtUp = true
      return { kind: 'caught-up' }
    },
    isDone: ({ kind }) => kind === 'end',
    restMs: 0,
    signal,
  })
}
