import { nextTurn } from '../next-turn.ts'
import type { Piece } from '../piece.ts'
import { readsFrom } from './progress.ts'
import { type Batch, CHARACTER_WAIT_MS, type CutterOptions, SpoolCutter } from './spool-cutter.ts'

/** A batch is sent after this time, or when it is full. */
const everyMs = 50
/** Delay before the next attempt if nothing could be sent. */
const lookAgainMs = 5
/** Longest time in ms for which scanning blocks the event loop. */
const turnMs = 2

/**
 * Turns output into batches of chunks: the first at once after silence, then one per 50 ms or 2
 * MiB; near the limit, one per 256 KiB. No chunk ends within a character whose rest arrives within
 * 100 ms. The consumer of the batches paces the reading, so a slow store does not increase memory.
 *
 * `open` returns the output from an offset of the spool to its end. Output beyond the limit is read
 * twice, to find its end without holding it.
 */
export async function* batches(
  open: (offset: number) => AsyncIterable<Piece>,
  options: CutterOptions,
): AsyncGenerator<Batch> {
  let next: CutterOptions | null = options
  while (next !== null) {
    const cutter: SpoolCutter = new SpoolCutter(next)
    yield* batchesOf(cutter, open(readsFrom(next.progress)))
    next = cutter.rest === null ? null : { ...cutter.rest, redactor: options.redactor }
  }
}

async function* batchesOf(cutter: SpoolCutter, output: AsyncIterable<Piece>): AsyncGenerator<Batch> {
  const source = output[Symbol.asyncIterator]()
  // Time spent storing a batch, which does not count as waiting for the rest of a character.
  let storingMs = 0
  const clock = () => performance.now() - storingMs
  let freeAt = Number.NEGATIVE_INFINITY
  let dueAt = Number.POSITIVE_INFINITY
  let lookedAtBytes = 0
  let turnSince = performance.now()
  try {
    let next = source.next()
    for (;;) {
      const result = await within(next, dueAt - clock())
      if (result !== 'late') {
        if (result.done === true) break
        next = source.next()
        // The error is handled in the next turn. Without this handler, an error while a batch is
        // stored would be unhandled.
        next.catch(() => undefined)
        for (const _ of cutter.pushing(result.value, clock())) {
          if (performance.now() - turnSince < turnMs) continue
          await nextTurn()
          turnSince = performance.now()
        }
        dueAt = Math.min(dueAt, freeAt)
      }
      if (clock() < dueAt && cutter.waitingBytes - lookedAtBytes < cutter.fullBytes) continue
      const batch = cutter.take(clock())
      lookedAtBytes = cutter.waitingBytes
      freeAt = clock() + (batch === null ? lookAgainMs : everyMs)
      const since = cutter.halfSince
      dueAt = since === null ? Number.POSITIVE_INFINITY : Math.max(since + CHARACTER_WAIT_MS, clock() + lookAgainMs)
      if (batch === null) continue
      const started = performance.now()
      yield batch
      storingMs += performance.now() - started
    }
  } finally {
    await source.return?.()
  }
  const rest = cutter.end()
  if (rest !== null) yield rest
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  if (ms === Number.POSITIVE_INFINITY) return promise
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, ms))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
