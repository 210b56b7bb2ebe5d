import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '@harmont/sandbox'
import type { Agent, Dispatcher } from 'undici'
import { type Refusal, wireHeaders, wirePath, wireVersion } from '../protocol.ts'
import type { Exchange } from './server-clock.ts'

/** The server refused a call, or was unreachable for too long. */
export class WireError extends Error {
  override readonly name = 'WireError'
  /** The server's code; `unreachable` if it did not answer. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * Returns the result of a call, or `otherwise` if a server of an earlier release does not know the
 * call.
 */
export async function unlessUnknown<T, O>(answer: Promise<T>, otherwise: O): Promise<T | O> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof WireError && error.code === 'unknown_call') return otherwise
    throw error
  }
}

export interface Request {
  readonly name: string
  /** Called for each try, counted from 0. */
  body(tries: number): object | Buffer
  readonly turn?: string
  /** Time limits for one try, in addition to the time for its body, and for all tries together. */
  readonly tryMs: number
  readonly wholeMs: number
  readonly signal?: AbortSignal | undefined
}

export interface TransportOptions {
  readonly url: URL
  readonly agent: Agent
  token(refused?: string): Promise<string>
  onOutdated(message: string): void
}

/** Statuses that a later try may change. A proxy in front of the server may also send them. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])
const firstPauseMs = 25
const longestPauseMs = 500
const [octets, json] = ['application/octet-stream', 'application/json']
/** A slower connection counts as cut. */
export const leastBytesPerMs = 100
/** Maximum wait accepted from Retry-After. */
const longestWaitMs = 5_000

interface Failure {
  readonly error: WireError
  readonly mayPass: boolean
  readonly afterMs: number
  /** The refused token. */
  readonly refused?: string
}

type Tried<T> = Failure | { readonly got: T }
type Reader<T> = (response: Dispatcher.ResponseData, sentAt: number) => Promise<T>

/** Sends requests, and repeats them while the server is unreachable or too busy. */
export class Transport {
  readonly #options: TransportOptions
  #isClosed = false

  constructor(options: TransportOptions) {
    this.#options = options
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#options.agent.destroy()
  }

  /** Returns the JSON of a response. Throws `WireError`, or the reason of the signal. */
  async json<T>(request: Request): Promise<{ readonly answer: T; readonly exchange: Exchange }> {
    return this.#persist(request, async (response, sentAt) => {
      const answer = (await response.body.json()) as T
      return { answer, exchange: exchangeOf(response, sentAt) }
    })
  }

  /**
   * Returns the bytes of a response as a stream, once it has begun. The stream may end early, with
   * an error.
   */
  async stream(request: Request): Promise<Readable> {
    return this.#persist(request, async ({ body }) => body)
  }

  async #persist<T>(request: Request, read: Reader<T>): Promise<T> {
    const until = now() + request.wholeMs
    let refused: string | undefined
    for (let tries = 0, pauseMs = firstPauseMs; ; tries += 1, pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      request.signal?.throwIfAborted()
      const tried = await this.#try(request, tries, refused, read)
      if ('got' in tried) return tried.got
      request.signal?.throwIfAborted()
      // The owner of the token provides another one, whose refusal is final.
      if (tried.refused !== undefined && refused !== undefined) throw tried.error
      refused = tried.refused
      const restMs = Math.max(tried.afterMs, pauseMs * (0.5 + Math.random() / 2))
      if (!tried.mayPass || this.#isClosed || now() + restMs > until) throw tried.error
      await sleep(restMs, undefined, request.signal && { signal: request.signal }).catch(() => undefined)
    }
  }

  async #try<T>(request: Request, tries: number, refused: string | undefined, read: Reader<T>): Promise<Tried<T>> {
    const { url, agent } = this.#options
    const { signal } = request
    const ending = new AbortController()
    const onAbort = () => ending.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const given = request.body(tries)
    const body = Buffer.isBuffer(given) ? given : Buffer.from(JSON.stringify(given))
    const tryMs = request.tryMs + body.length / leastBytesPerMs
    const timer = setTimeout(() => ending.abort(new Error(`no answer within ${Math.round(tryMs)} ms`)), tryMs)
    try {
      const token = await this.#options.token(refused)
      const sentAt = now()
      const response = await agent.request({
        origin: url.origin,
        path: wirePath + request.name,
        method: 'POST',
        headers: { ...headersOf(request, token), 'content-type': body === given ? octets : json },
        body,
        signal: ending.signal,
      })
      if (response.statusCode === 200) return { got: await read(response, sentAt) }
      return await this.#failureOf(request, response, token)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const error = new WireError('unreachable', `could not reach ${url.origin} (${request.name}): ${why}`, { cause })
      return { error, mayPass: true, afterMs: 0 }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #failureOf(
    { name }: Request,
    { statusCode, headers, body }: Dispatcher.ResponseData,
    token: string,
  ): Promise<Failure> {
    const text = await body.text()
    const refusal = refusalOf(text)
    const { code, message } = refusal ?? { code: 'refused', message: text.slice(0, 200) }
    const error = new WireError(code, `the server refused ${name} with ${statusCode}: ${message.replace(/\.$/, '')}`)
    if (statusCode === 426) this.#options.onOutdated(message)
    const seconds = Number(headers['retry-after'])
    const afterMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, longestWaitMs) : 0
    if (statusCode === 401) return { error, mayPass: true, afterMs, refused: token }
    // A proxy may answer 500 itself, for example while the process behind it is replaced.
    const isOfProxy = refusal === undefined && statusCode >= 500
    return { error, mayPass: isOfProxy || passing.has(statusCode), afterMs }
  }
}

function headersOf({ turn }: Request, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    [wireHeaders.version]: String(wireVersion),
    ...(turn !== undefined && { [wireHeaders.turn]: turn }),
  }
}

function exchangeOf({ headers }: Dispatcher.ResponseData, sentAt: number): Exchange {
  const [heldMs, serverNow] = [Number(headers[wireHeaders.held]), Number(headers[wireHeaders.now])]
  if (!Number.isFinite(heldMs) || !Number.isFinite(serverNow)) throw new Error('the response has no server time')
  return { sentAt, heardAt: now(), heldMs, serverNow }
}

/** Reads the body of a refusal; undefined if the server did not send it. */
function refusalOf(text: string): Refusal | undefined {
  try {
    const { code, message } = JSON.parse(text) as Partial<Refusal>
    if (typeof code === 'string' && typeof message === 'string') return { code, message }
  } catch {
    // Not the server's.
  }
  return undefined
}
