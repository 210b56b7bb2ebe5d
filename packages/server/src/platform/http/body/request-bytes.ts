import type { IncomingMessage } from 'node:http'
import { apiError } from '../api-error.ts'

/** How a body may come in. */
export interface BodyLimits {
  readonly limitBytes: number
  /** Longest wait for the next byte. */
  readonly idleMs: number
}

const mebibyte = 1024 * 1024

/** The largest body by kind of route, and what the body of a build may have beside its source, which alone is not held in memory. */
export const bodyLimit = {
  build: 64 * mebibyte,
  buildText: 16 * mebibyte,
  webhook: 25 * mebibyte,
  other: mebibyte,
} as const

/**
 * Gives the bytes of a JSON body as they arrive; nothing for an absent or empty one. Throws 415 for another kind of body, 413 beyond
 * the limit and 408 when no byte comes. What was not read stays in the request: see drop-body.ts.
 */
export async function* jsonBytes(request: IncomingMessage, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  if (declaredBytes(request) > 0) refuseOtherMedia(request)
  let isFirst = true
  for await (const chunk of limitedBytes(request, limits)) {
    // A chunked body shows only now whether it is empty.
    if (isFirst) refuseOtherMedia(request)
    isFirst = false
    yield chunk
  }
}

/** Gives the bytes of a body of any kind as they arrive. Throws 413 beyond the limit and 408 when no byte comes. */
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
  // Not destroyed on return: the answer still has to go out on the same socket.
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const next = await nextWithin(chunks, idleMs)
      if (next.done) return
      yield next.value
    }
  } finally {
    // Not awaited: it waits for a pending next, which may wait for a byte that never comes.
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
