import { createFinalURL, createQuerySerializer, defaultPathSerializer } from 'openapi-fetch'
import type { CallOptions } from './call.ts'
import { CloudError } from './cloud-error.ts'
import { type Operations, routes } from './generated/operations.ts'
import { pause } from './patience.ts'
import { retryDelay } from './retry-policy.ts'
import { sendOnce } from './send.ts'
import type { StreamedBody } from './streamed-body.ts'

export interface ClientOptions {
  /** Address of the server, without a path of the API: `https://ci.example.com`. */
  readonly baseUrl: string
  /** A session or an API key; sent only to this server. */
  readonly token?: string | undefined
  /** Replaces the global `fetch`, for proxies and custom certificates. */
  readonly fetch?: typeof fetch
  readonly userAgent?: string
  /** Continues a trace (W3C Trace Context), to which created builds belong. */
  readonly traceparent?: string
  /** How long the server may take to answer, in milliseconds. Default: 60,000. */
  readonly answerTimeoutMs?: number
  /** Receives a line about each request after its answer, without secrets. */
  readonly onCall?: (line: string) => void
}

/** A server's API: one method for each operation, by its operationId. */
export interface CloudClient extends Operations {
  readonly baseUrl: string
}

interface Route {
  readonly method: string
  readonly path: string
  readonly query: readonly string[]
  readonly idempotent: boolean
  readonly answer: 'json' | 'none' | 'stream'
}

type Inputs = Readonly<Record<string, unknown>>

const serializeQuery = createQuerySerializer<Inputs>()

/**
 * Creates a client. Its methods reject with CloudError. GETs, and calls with an idempotency key,
 * are retried after network errors, 429, 502, 503, 504 and any 5xx of a proxy, after the delay of
 * `Retry-After` if there is one.
 */
export function createClient(options: ClientOptions): CloudClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const methods = Object.entries(routes).map(([id, route]) => [
    id,
    (input: Inputs = {}, call: CallOptions = {}) => callOperation({ ...options, baseUrl }, route, input, call),
  ])
  return { baseUrl, ...Object.fromEntries(methods) }
}

async function callOperation(options: ClientOptions, route: Route, input: Inputs, call: CallOptions): Promise<unknown> {
  const { method } = route
  const query = Object.fromEntries(route.query.map((name) => [name, input[name]]))
  const url = createFinalURL(route.path, {
    baseUrl: options.baseUrl,
    params: { path: input, query },
    querySerializer: serializeQuery,
    pathSerializer: defaultPathSerializer,
  })
  const body = bodyOf(input.body)
  const { attempts = 5, signal } = call
  const key = call.idempotencyKey ?? (route.idempotent && attempts > 1 ? crypto.randomUUID() : undefined)
  const headers = {
    accept: route.answer === 'stream' ? '*/*' : 'application/json',
    ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...call.headers,
  }
  for (let tried = 1; ; tried += 1) {
    const started = performance.now()
    const tell = (what: string) =>
      options.onCall?.(`${method} ${new URL(url).pathname} ${what} ${Math.round(performance.now() - started)} ms`)
    try {
      const sending = {
        method,
        url,
        headers,
        body,
        fetch: options.fetch ?? fetch,
        patienceMs: options.answerTimeoutMs ?? 60_000,
        signal,
      }
      return await sendOnce(sending, async (response) => {
        tell(String(response.status))
        return readAnswer(response, route.answer)
      })
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      tell(`${error.status || ''} ${error.code}`.trim())
      const delay = retryDelay(error, { tried, attempts, isRepeatable: method === 'GET' || route.idempotent })
      if (delay === null) throw error
      await pause(delay, signal)
    }
  }
}

function bodyOf(body: unknown): StreamedBody<unknown> | string | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'object' && body !== null && 'open' in body) return body as StreamedBody<unknown>
  return JSON.stringify(body)
}

async function readAnswer(response: Response, answer: Route['answer']): Promise<unknown> {
  if (answer === 'stream') return response
  if (answer === 'none' || response.status === 204) {
    await response.body?.cancel()
    return undefined
  }
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    const what = `${new URL(response.url).origin} did not answer with JSON: ${JSON.stringify(text.slice(0, 200))}`
    throw new CloudError('unexpected_answer', what, { status: response.status })
  }
}
