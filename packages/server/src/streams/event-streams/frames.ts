/** Server-Sent Events (`http.md` 8.2 and 8.4). */
import type { Readable } from 'node:stream'

/** After this long without a byte, a comment shows that the stream is alive. */
export const silenceMs = 15_000

export const doneFrame = 'event: done\ndata: {}\n\n'
export const heartbeatFrame = ':\n\n'

/** Returns the response of an event stream. */
export function eventStream(open: () => Readable) {
  return {
    status: 200,
    mediaType: 'text/event-stream',
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
    isLive: true,
    open,
  } as const
}

/** Formats one event; a reader that reconnects gets an event without an id again. */
export function eventFrame(event: string, data: unknown, id: string | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
