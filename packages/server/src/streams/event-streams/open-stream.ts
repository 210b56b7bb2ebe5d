import { Readable } from 'node:stream'
import type { AccessWatch, Holder } from '../../identity/index.ts'
import { apiError } from '../../platform/http/index.ts'
import { Seats } from '../../platform/rate-limits/seats.ts'

export interface StreamServices {
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
  readonly accessWatch: AccessWatch
}

interface Streamed {
  /** The build or the organization for the limit of readers. */
  readonly owner: string
  /** The holder of the access with which it is read; null for access that a stream may outlive. */
  readonly holder: Holder | null
  readonly events: (signal: AbortSignal) => AsyncIterable<string | Uint8Array>
}

const mostPerOwner = 5000

/** Returns a function that opens streams: each takes a seat, and ends with its reader's access. */
export function streamOpener({ closing, accessWatch }: StreamServices) {
  const seats = new Seats(mostPerOwner, () =>
    apiError('rate_limited', `This build already has ${mostPerOwner} open streams; try again later.`, {
      headers: { 'retry-after': '5' },
    }),
  )
  return (
    { method, signal }: { readonly method: string; readonly signal: AbortSignal },
    { owner, holder, events }: Streamed,
  ): (() => Readable) => {
    const leave = method === 'GET' ? seats.take(owner) : () => {}
    return () => {
      const stop = AbortSignal.any([signal, closing])
      const reading = holder === null ? { signal: stop, end: () => {} } : accessWatch.watch(holder, stop)
      return Readable.from(events(reading.signal)).once('close', () => {
        reading.end()
        leave()
      })
    }
  }
}
