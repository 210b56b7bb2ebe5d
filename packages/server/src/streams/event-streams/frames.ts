/** What every stream of Server-Sent Events has in common (`http.md` 8.2 and 8.4). */

/** After so long without a byte a comment shows that the stream is alive. */
export const silenceMs = 15_000

export const doneFrame = 'event: done\ndata: {}\n\n'
export const heartbeatFrame = ':\n\n'

export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const

/** One event; without an id a reader that comes back has not seen it. */
export function eventFrame(event: string, data: unknown, id: string | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
