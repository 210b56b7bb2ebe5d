/** Fetches from addresses that strangers chose (G37): only from public machines, checked when the connection is made, on each redirect. */
import { PrivateAddress, publicLookup } from '@harmont/sandbox/addresses'
import type { Agent } from 'undici'
import { checkAddress, isAllowedHost } from './check-address.ts'
import { FetchRefused } from './fetch-refused.ts'

export interface GuardedFetchOptions {
  /** Hosts (`host` or `host:port`, lower case) that are fetched from whatever their addresses are, also by http. */
  readonly allowedHosts: readonly string[]
  readonly maxBytes: number
  /** For the whole of it. */
  readonly timeoutMs: number
  /** Longest wait for a connection, an answer, or the next bytes of it. */
  readonly idleMs?: number
}

const mostRedirects = 5

/**
 * Gives the bytes at an address while they arrive. Throws `FetchRefused` where asking again gives nothing else: a private address, too many bytes, a status
 * that is final. After any other error asking again may help.
 */
export async function* guardedFetch(text: string, options: GuardedFetchOptions): AsyncGenerator<Buffer> {
  const idleMs = options.idleMs ?? 30_000
  const signal = AbortSignal.timeout(options.timeoutMs)
  let url = checkAddress(text, options.allowedHosts)
  // Only now: it holds 4 MiB, and most servers fetch nothing.
  const undici = await import('undici')
  for (let redirects = 0; ; redirects += 1) {
    const agent = new undici.Agent(agentOptions(url, options.allowedHosts, idleMs))
    try {
      const headers = { 'accept-encoding': 'identity', 'user-agent': 'harmont' }
      const { statusCode, headers: got, body } = await undici.request(url, { dispatcher: agent, signal, headers })
      if (statusCode >= 300 && statusCode < 400) {
        if (redirects === mostRedirects) throw new FetchRefused(`redirects more than ${mostRedirects} times`)
        url = checkAddress(redirectOf(url, got.location), options.allowedHosts)
        continue
      }
      if (statusCode !== 200) throw failureOf(statusCode)
      yield* limited(body, Number(got['content-length'] ?? 0), options.maxBytes)
      return
    } catch (error) {
      throw causeOf(error)
    } finally {
      await agent.destroy()
    }
  }
}

/** Of an agent that connects to nothing but what `url` may lead to. */
function agentOptions(url: URL, allowedHosts: readonly string[], idleMs: number): Agent.Options {
  return {
    connect: { timeout: idleMs, ...(isAllowedHost(url, allowedHosts) ? {} : { lookup: publicLookup }) },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    pipelining: 0,
  }
}

function redirectOf(from: URL, location: string | string[] | undefined): string {
  const target = typeof location === 'string' ? URL.parse(location, from.href) : null
  if (target === null) throw new FetchRefused('answers with a redirect without a location')
  return target.href
}

function failureOf(status: number): Error {
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429
  const message = `answers with status ${status}`
  return isPassing ? new Error(message) : new FetchRefused(message)
}

async function* limited(body: AsyncIterable<Buffer>, announced: number, maxBytes: number): AsyncGenerator<Buffer> {
  const refusal = () => new FetchRefused(`has more than ${maxBytes} bytes`)
  if (announced > maxBytes) throw refusal()
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw refusal()
    yield chunk
  }
}

/** What the guard refused within a connection comes wrapped in the error of that connection. */
function causeOf(error: unknown): unknown {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof FetchRefused) return each
    if (each instanceof PrivateAddress) return new FetchRefused(each.message, { cause: each })
  }
  return error
}
