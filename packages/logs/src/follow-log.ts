import type { Chunk } from './chunk.ts'
import type { LogReader } from './store.ts'

export interface LogChanges {
  /** Calls when the job has new chunks or has ended; gives the unsubscriber. */
  onJob(jobId: string, listener: () => void): () => void
}

export interface FollowOptions {
  readonly reader: LogReader
  readonly changes: LogChanges
  readonly jobId: string
  /** Chunks up to this seq are known already. */
  readonly after: number
  /** Whether the job is terminal, so that no further chunk will come. */
  isDone(): Promise<boolean>
  readonly signal: AbortSignal
  /** At most so many bytes of content are held at a time. */
  readonly maxBytes: number
}

export interface Followed {
  readonly chunks: readonly Chunk[]
  /** False while this is still what was there when the reader came. */
  readonly live: boolean
}

/** A change that was missed costs this long, not for ever. */
const lookAgainMs = 2_000

/**
 * The job's chunks after a seq, in order, each once, until the job is terminal and its last chunk was given, or the signal. Reads only when asked for
 * more, so a slow reader costs nothing but its place: it never grows the memory (G14).
 */
export async function* followLog({
  reader,
  changes,
  jobId,
  after,
  isDone,
  signal,
  maxBytes,
}: FollowOptions): AsyncGenerator<Followed> {
  let seen = after
  let live = false
  let news = Promise.withResolvers<void>()
  const ring = () => news.resolve()
  const unsubscribe = changes.onJob(jobId, ring)
  signal.addEventListener('abort', ring)
  try {
    while (!signal.aborted) {
      news = Promise.withResolvers()
      // Asked before reading: whatever was written before the end is then sure to be read.
      const done = await isDone()
      const chunks = await reader.read(jobId, seen, maxBytes)
      const last = chunks.at(-1)
      if (last !== undefined) {
        seen = last.seq
        yield { chunks, live }
        continue
      }
      live = true
      if (done) return
      const timer = setTimeout(ring, lookAgainMs)
      await news.promise
      clearTimeout(timer)
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', ring)
  }
}
