import { CloudError } from './cloud-error.ts'
import { readError } from './read-error.ts'
import type { StreamedBody } from './streamed-body.ts'

export interface Sending {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: StreamedBody<unknown> | string | undefined
  readonly fetch: typeof fetch
  /**
   * How long the server may be silent, in milliseconds: after the last byte sent, and while an
   * answer is read completely.
   */
  readonly patienceMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Sends a request once, and returns the result of `read` for a 2xx answer. Rejects with CloudError,
 * or with the signal's reason. The time limit ends when `read` resolves, so a returned stream has
 * none.
 */
export async function sendOnce<T>(sending: Sending, read: (response: Response) => Promise<T>): Promise<T> {
  const { method, url, body, patienceMs, signal } = sending
  const impatience = new AbortController()
  const expired = () => impatience.abort(new CloudError('no_answer', silence(url, patienceMs), { status: 0 }))
  let timer = setTimeout(expired, patienceMs)
  const progress = () => {
    clearTimeout(timer)
    timer = setTimeout(expired, patienceMs)
  }
  // Stays registered after this call, so that the caller's signal also ends a returned stream.
  const stop = () => impatience.abort(signal?.reason)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    impatience.signal.throwIfAborted()
    const streamed = typeof body === 'object' ? { body: asStream(body, progress), duplex: 'half' as const } : {}
    const response = await sending.fetch(url, {
      method,
      headers: { ...sending.headers, ...(typeof body === 'object' ? { 'content-length': String(body.size) } : {}) },
      ...(typeof body === 'string' ? { body } : streamed),
      redirect: 'manual',
      signal: impatience.signal,
    })
    progress()
    if (!response.ok) throw await readError(response, Date.now())
    return await read(response)
  } catch (error) {
    if (error instanceof CloudError) throw error
    if (impatience.signal.aborted) throw impatience.signal.reason
    throw unreachable(url, error)
  } finally {
    clearTimeout(timer)
  }
}

function asStream(body: StreamedBody<unknown>, progress: () => void): ReadableStream<Uint8Array> {
  const chunks = (async function* () {
    for await (const chunk of body.open()) {
      progress()
      yield chunk
    }
    progress()
  })()
  return ReadableStream.from(chunks)
}

function silence(url: string, patienceMs: number): string {
  return `${new URL(url).origin} did not answer for ${patienceMs / 1000} s`
}

/** Returns the message of the innermost cause, which names the network error. */
function unreachable(url: string, error: unknown): CloudError {
  let cause = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  const why =
    cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(cause)
  return new CloudError('unreachable', `${new URL(url).origin} cannot be reached: ${why}`, { status: 0, cause: error })
}
