/** Reads the log of a job as it grows, as often as something happened and no oftener. */
import type { Chunk } from '@harmont/logs'
import type { JobLogs } from '../../builds/logs/job-logs.ts'
import { Bell, lookAgainMs } from '../../platform/follow/signal.ts'
import { AskOnce } from '../../platform/follow/single-flight.ts'

/** A segment of a packed log. Each reader that does not take what it asked for holds so much. */
const readBytes = 128 * 1024

export type Followed =
  | { readonly kind: 'chunks'; readonly chunks: readonly Chunk[] }
  /** What there was at the beginning has been given; once. */
  | { readonly kind: 'caught-up' }
  /** The job is terminal and its last chunk was given. */
  | { readonly kind: 'end' }

/** What many readers of one job ask at the same moment is asked of the database once. */
export class LogReads {
  readonly #logs: JobLogs
  readonly #once = new AskOnce()

  constructor(logs: JobLogs) {
    this.#logs = logs
  }

  /** `isAll`: the caller knows that all it asks for is there, and must not be given what was read before that. */
  chunks(jobId: string, after: number, isAll: boolean): Promise<readonly Chunk[]> {
    const what = `${jobId} after ${after}${isAll ? ', all there' : ''}`
    return this.#once.ask(what, () => this.#logs.read(jobId, after, readBytes))
  }

  /** See `JobLogs.placeBefore`. */
  placeBefore(jobId: string, offset: number): Promise<{ readonly after: number; readonly offset: number }> {
    return this.#logs.placeBefore(jobId, offset)
  }

  isOver(jobId: string): Promise<boolean> {
    return this.#once.ask(`${jobId} state`, () => this.#logs.isOver(jobId))
  }

  onChange(jobId: string, listener: () => void): () => void {
    return this.#logs.onChange(jobId, listener)
  }
}

/**
 * Everything with seq > `after`, as it comes, until the job is over or `stop` is aborted. It pulls: a slow consumer makes it read later, and nothing is held
 * for it meanwhile.
 */
export async function* followLog(
  reads: LogReads,
  jobId: string,
  after: number,
  stop: AbortSignal,
): AsyncGenerator<Followed> {
  const bell = new Bell(stop)
  const unsubscribe = reads.onChange(jobId, () => bell.ring())
  try {
    let last = after
    let isOver = false
    let isCaughtUp = false
    while (!stop.aborted) {
      bell.hush()
      const chunks = await reads.chunks(jobId, last, isOver)
      const newest = chunks.at(-1)
      if (newest !== undefined) {
        last = newest.seq
        yield { kind: 'chunks', chunks }
        continue
      }
      if (!isCaughtUp) yield { kind: 'caught-up' }
      isCaughtUp = true
      if (isOver) {
        yield { kind: 'end' }
        return
      }
      // What was written before the end may have come after the read above: after the end one more read has all.
      isOver = await reads.isOver(jobId)
      if (!isOver) await bell.rang(lookAgainMs)
    }
  } finally {
    unsubscribe()
    bell.close()
  }
}
