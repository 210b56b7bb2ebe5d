import type { IncomingMessage } from 'node:http'
import { apiError } from '../api-error.ts'

interface BodyLimits {
  readonly limitBytes: number
  /** The longest wait for the next byte. */
  readonly idleMs: number
}

const mebibyte = 1024 * 1024

/**
 * The largest body by kind of route. `buildText` limits a build's body without its source. Only the
 * source is not held in memory.
 */
export const bodyLimit = {
  build: 64 * mebibyte,
  buildText: 16 * mebibyte,
  webhook: 25 * mebibyte,
  other: mebibyte,
} as const

/**
 * Yields the bytes of a JSON body as they arrive; none for an absent or empty one. Throws 415 for
 * another media type, 413 beyond the limit and 408 if no byte arrives in time. Unread bytes stay in
 * the request, see drop-body.ts.
 */
export async function* jsonBytes(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  if (declaredBytes(request) > 0) refuseOtherMedia(request)
  let isFirst = true
  for await (const chunk of limitedBytes(request, limits)) {
    // Only the first chunk shows that a chunked body is not empty.
    if (isFirst) refuseOtherMedia(request)
    isFirst = false
    yield chunk
  }
}

/**
 * Yields the bytes of a body of any media type as they arrive. Throws 413 beyond the limit and 408
 * if no byte arrives in time.
 */
export async function* limitedBytes(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  if (declaredBytes(request) > limits.limitBytes) throw tooLarge(limits)
  let received = 0
  for await (const chunk of arrivingBytes(request, limits.idleMs)) {
    received += chunk.length
    if (received > limits.limitBytes) throw tooLarge(limits)
    yield chunk
  }
}

function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0)
}

async function* arrivingBytes(request: IncomingMessage, idleMs: number): AsyncGenerator<Uint8Array> {
  // The socket stays open for the response.
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const next = await nextWithin(chunks, idleMs)
      if (next.done) return
      yield next.value
    }
  } finally {
    // Not awaited, because it waits for a pending `next`, whose byte may never arrive.
    void chunks.return?.()
  }
}

async function nextWithin(chunks: AsyncIterator<Buffer>, idleMs: number): Promise<IteratorResult<Buffer>> {
  const idle = Promise.withResolvers<never>()
  const message = `No data received for ${idleMs / 1000} s; send the request again.`
  const timer = setTimeout(
    () => idle.reject(apiError('request_timeout', message, { headers: { connection: 'close' } })),
    idleMs,
  )
  const next = chunks.next().catch((cause: unknown) => {
    throw apiError('request_malformed', 'The body ended before its announced length.', { cause })
  })
  try {
    return await Promise.race([next, idle.promise])
  } finally {
    clearTimeout(timer)
  }
}

function refuseOtherMedia(request: IncomingMessage): void {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw apiError('unsupported_media_type', 'Content-Encoding is not supported; send the body uncompressed.')
  }
  if (!isJson(type ?? '')) {
    throw apiError('unsupported_media_type', 'The body must be JSON; send it with `Content-Type: application/json`.')
  }
}

function isJson(contentType: string): boolean {
  const [mediaType = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  return (
    mediaType === 'application/json' &&
    parameters.every((one) => !one.startsWith('charset=') || /^charset="?utf-8"?$/.test(one))
  )
}

function tooLarge({ limitBytes }: BodyLimits): Error {
  return apiError('payload_too_large', `The body must have at most ${limitBytes} bytes.`, { limit_bytes: limitBytes })
}
