import type { IncomingMessage } from 'node:http'
import { bodyLimit } from './request-bytes.ts'

/**
 * The least progress of a dropped body within the idle time. A slower sender would occupy a
 * connection uselessly.
 */
const leastDropped = 64 * 1024

/** Bytes dropped before the first pause, and between two pauses. */
const pieceBytes = 256 * 1024

/**
 * The total rate of all dropped bodies. At loopback speed, dropping would keep a whole processor
 * busy.
 */
const bytesPerMs = (32 * 1024 * 1024) / 1000

/** The number of bodies that this process is dropping. */
let dropping = 0

/**
 * Reads and drops the rest of a body, so that a client that is still sending gets its response.
 * Returns whether the body ended; false beyond the largest limit, or if too little arrived within
 * `idleMs`.
 */
export async function dropBody(request: IncomingMessage, idleMs: number): Promise<boolean> {
  if (request.complete && request.readableLength === 0) return true
  const isBodiless =
    request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0
  if (isBodiless) return true
  const done = Promise.withResolvers<boolean>()
  let dropped = 0
  let mark = leastDropped
  let pauseAt = pieceBytes
  let pause: NodeJS.Timeout | undefined
  const idle = setTimeout(() => done.resolve(false), idleMs)
  const take = (chunk: Buffer): void => {
    dropped += chunk.length
    if (dropped >= mark) {
      idle.refresh()
      mark = dropped + leastDropped
    }
    if (dropped > bodyLimit.build) done.resolve(false)
    if (dropped < pauseAt) return
    pauseAt = dropped + pieceBytes
    request.pause()
    pause = setTimeout(() => request.resume(), Math.ceil((pieceBytes * dropping) / bytesPerMs))
  }
  const end = () => done.resolve(true)
  const close = () => done.resolve(false)
  request.on('data', take).once('end', end).once('close', close)
  dropping += 1
  request.resume()
  try {
    return await done.promise
  } finally {
    dropping -= 1
    clearTimeout(idle)
    clearTimeout(pause)
    request.off('data', take).off('end', end).off('close', close)
  }
}
