import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'
import { type Transport, WireError } from './transport.ts'

interface Patience {
  readonly tryMs: number
  /** Time without a byte after which the connection counts as cut. */
  readonly stallMs: number
  /** Time without a byte after which the stream fails. */
  readonly wholeMs: number
}

const pauseMs = 200

/**
 * Opens the response stream of a call, starting at a byte. A broken stream resumes where it
 * stopped. Rejects if it cannot be opened.
 */
export async function openStream(
  transport: Transport,
  name: string,
  body: object,
  patience: Patience,
  start = 0,
): Promise<Readable> {
  const request = (from: number) => transport.stream({ name, body: () => ({ ...body, from }), ...patience })
  return Readable.from(resuming(request, start, await request(start), patience), { objectMode: false })
}

async function* resuming(
  request: (from: number) => Promise<Readable>,
  start: number,
  first: Readable,
  { stallMs, wholeMs }: Patience,
): AsyncGenerator<Buffer> {
  let from = start
  let heardAt = now()
  for (let bytes = first; ; bytes = await request(from)) {
    try {
      for await (const piece of unlessStalled(bytes, stallMs)) {
        from += piece.length
        heardAt = now()
        yield piece
      }
      return
    } catch (error) {
      if (error instanceof WireError || now() - heardAt > wholeMs) throw error
    }
    await sleep(pauseMs)
  }
}

/** Yields the pieces of a stream. Throws if the next piece takes longer than `stallMs`. */
async function* unlessStalled(bytes: Readable, stallMs: number): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = bytes[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await within(pieces.next(), stallMs)
      if (next.done) return
      yield next.value
    }
  } finally {
    bytes.destroy()
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no byte for ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
