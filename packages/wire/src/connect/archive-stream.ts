import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'
import { type ArchiveRequest, archiveCall } from '../protocol.ts'
import { type Transport, WireError } from './transport.ts'

interface Patience {
  readonly tryMs: number
  /** How long no byte may come before the connection counts as cut. */
  readonly stallMs: number
  /** How long no byte may come at all. */
  readonly wholeMs: number
}

const pauseMs = 200

/** Opens an archive. A stream that breaks goes on where it was. Rejects when it cannot be opened. */
export async function openArchive(
  transport: Transport,
  build: Omit<ArchiveRequest, 'from'>,
  patience: Patience,
): Promise<Readable> {
  const request = (from: number) =>
    transport.stream({ name: archiveCall, body: () => ({ ...build, from }), ...patience })
  return Readable.from(resuming(request, await request(0), patience), { objectMode: false })
}

async function* resuming(
  request: (from: number) => Promise<Readable>,
  first: Readable,
  { stallMs, wholeMs }: Patience,
): AsyncGenerator<Buffer> {
  let from = 0
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

/** Yields the pieces of a stream. Throws when the next one takes longer than `stallMs`. */
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
