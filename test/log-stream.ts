/** Readers of one job's log, for tests: each chunk with its bytes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Product } from './product.ts'

export interface SeenChunk {
  readonly seq: number
  /** 0 stdout, 1 stderr, 2 remarks. */
  readonly kind: number
  readonly bytes: Buffer
}

/** A chunk that is missing, repeated, or out of order. */
export class WrongChunk extends Error {}

interface SentChunk {
  readonly seq: number
  readonly stream_kind: number
  readonly content: string
  readonly content_b64?: string
}

export interface Reading {
  /** Seq of the reader's last chunk. */
  readonly after: number
  readonly signal: AbortSignal
}

/**
 * Yields the chunks after a seq as they come. Ends with the event `done`; throws when the stream
 * ends without it or `signal` aborts.
 */
export async function* readStream(
  product: Product,
  jobId: string,
  { after, signal }: Reading,
): AsyncGenerator<SeenChunk> {
  const headers: Record<string, string> = { authorization: `Bearer ${product.token}` }
  if (after > 0) headers['last-event-id'] = String(after)
  const response = await fetch(`${product.server().url}/v0/jobs/${jobId}/logs`, { headers, signal })
  if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`)
  let text = ''
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (text + piece).split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      if (frame.startsWith('event: done')) return
      yield* chunksOf(frame)
    }
  }
  throw new Error('the stream ended without its end')
}

function chunksOf(frame: string): readonly SeenChunk[] {
  // Without a regular expression, for which U+2028 ends a line.
  const data = frame.split('\n').find((line) => line.startsWith('data: '))
  if (data === undefined) return []
  const sent = JSON.parse(data.slice(6)) as { readonly chunks?: readonly SentChunk[] }
  const chunks = sent.chunks ?? [sent as SentChunk]
  return chunks.map(({ seq, stream_kind: kind, content, content_b64: exact }) => ({
    seq,
    kind,
    bytes: exact === undefined ? Buffer.from(content) : Buffer.from(exact, 'base64'),
  }))
}

/**
 * Reads like a client whose connection breaks after `everyMs`, or with the server, until the end.
 * Returns the number of connections. A reader that got nothing waits longer next time, because a
 * busy machine sends late.
 */
export async function readInBits(
  product: Product,
  jobId: string,
  everyMs: number,
  take: (chunk: SeenChunk) => void,
): Promise<number> {
  let after = 0
  let fruitless = 0
  for (let times = 1; ; times++) {
    const before = after
    const signal = AbortSignal.timeout(everyMs * (1 + fruitless))
    try {
      for await (const chunk of readStream(product, jobId, { after, signal })) {
        take(chunk)
        after = chunk.seq
      }
      return times
    } catch (error) {
      // Interrupted by the timer, or because the server is away: the reader comes back.
      if (error instanceof WrongChunk) throw error
      await sleep(1)
    }
    fruitless = after === before ? fruitless + 1 : 0
  }
}

/** Samples a figure ten times a second until it is disposed of, and keeps the maximum. */
export function watchFigure(read: () => Promise<number>): Disposable & { highest(): number } {
  let highest = 0
  const timer = setInterval(async () => {
    highest = Math.max(highest, await read().catch(() => 0)) // the process is over: nothing to see
  }, 100)
  return { highest: () => highest, [Symbol.dispose]: () => clearInterval(timer) }
}
