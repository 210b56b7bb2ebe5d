/**
 * Sends messages to URLs chosen by users (G37). Only public addresses are allowed, which is checked
 * for each connection.
 */
import { agentOptions, causeOf, checkAddress, FetchRefused } from './guarded-fetch.ts'

export interface PostAnswer {
  readonly status: number
  /** The beginning of the body. */
  readonly text: string
  /** The header `Retry-After`; null without one. */
  readonly retryAfter: string | null
}

interface PostOptions {
  /** Hosts (`host` or `host:port`, lower case) that are allowed at any address and over http. */
  readonly allowedHosts: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** The time limit of the whole exchange. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The most bytes of a response that are read. */
const mostBytes = 2_048

/**
 * Posts a JSON text and returns the response. Follows no redirect, which could lead to an address
 * that nobody has chosen. Throws `FetchRefused` for a private address, and other errors if there is
 * no response.
 */
export async function guardedPost(address: string, json: string, options: PostOptions): Promise<PostAnswer> {
  const { allowedHosts, timeoutMs } = options
  const url = checkAddress(address, allowedHosts)
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)])
  const undici = await import('undici')
  const agent = new undici.Agent(agentOptions(url, allowedHosts, timeoutMs))
  try {
    const { statusCode, headers, body } = await undici.request(url, {
      method: 'POST',
      dispatcher: agent,
      signal,
      headers: { 'user-agent': 'harmont', 'content-type': 'application/json', ...options.headers },
      body: json,
    })
    const retryAfter = headers['retry-after']
    return {
      status: statusCode,
      text: await beginningOf(body),
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    }
  } catch (error) {
    throw causeOf(error)
  } finally {
    await agent.destroy()
  }
}

/** Reads the beginning of a body. An interrupted body still counts as a response. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of body) {
      parts.push(part)
      bytes += part.length
      if (bytes >= mostBytes) break
    }
  } catch {
    // Only the status matters.
  }
  return Buffer.concat(parts).subarray(0, mostBytes).toString().replaceAll('\0', '')
}

/** Describes why there was no response. */
export function describeNoAnswer(error: unknown): string {
  if (error instanceof FetchRefused) return `Not sent: the address ${error.message}.`
  if (!(error instanceof Error)) return 'No answer.'
  if (error.name === 'TimeoutError') return 'No answer in time.'
  return `No answer: ${error.message || ('code' in error ? String(error.code) : error.name)}.`
}
