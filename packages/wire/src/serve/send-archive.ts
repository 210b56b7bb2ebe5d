import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArchiveRequest } from '../protocol.ts'
import type { CallContext } from './call-context.ts'
import { Refused } from './refused.ts'

/**
 * Streams a build's archive, starting at an offset. Never holds more than a few pieces of it. A
 * reader that reads nothing for `stallMs` is cut off, and may resume where it stopped.
 */
export async function sendArchive(
  context: CallContext,
  { buildId, sha256, from }: ArchiveRequest,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  stallMs: number,
): Promise<void> {
  await context.requireBuild(buildId)
  const offer = await context.port.fetchSource(buildId)
  if (offer?.kind !== 'archive' || offer.sha256 !== sha256)
    throw new Refused(409, 'source_changed', 'The build has another source.')
  await sendStream(context, Readable.from(after(await offer.open(), from)), response, headers, stallMs)
}

/** Streams bytes. A reader that reads nothing for `stallMs` is cut off. */
export async function sendStream(
  context: CallContext,
  bytes: Readable,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  stallMs: number,
): Promise<void> {
  response.writeHead(200, { ...headers, 'content-type': 'application/octet-stream' })
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(new Error('the runner reads nothing')), stallMs)
  try {
    const signal = AbortSignal.any([context.signal, stalled.signal])
    await pipeline(Readable.from(watched(bytes, () => timer.refresh())), response, { signal })
  } finally {
    clearTimeout(timer)
    bytes.destroy()
  }
}

/** Yields the pieces of a stream. Calls `moved` for each requested piece. */
async function* watched(stream: Readable, moved: () => void): AsyncGenerator<Buffer> {
  for await (const piece of stream as AsyncIterable<Buffer>) {
    moved()
    yield piece
  }
}

/** Yields a stream from an offset on. */
async function* after(stream: Readable, from: number): AsyncGenerator<Buffer> {
  let left = from
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const rest = piece.subarray(Math.min(left, piece.length))
    left -= piece.length - rest.length
    if (rest.length > 0) yield rest
  }
}
