/** Fetches from addresses that strangers chose (G37): only from public machines, checked when the connection is made, on each redirect. */

import { isIP } from 'node:net'
import { isPublicAddress, PrivateAddress, publicLookup } from '@harmont/sandbox/addresses'
import type { Agent } from 'undici'

/** Something is not fetched, and asking again gives nothing else: the message says why, for whoever named the address. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
}

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

/**
 * Reads an address that a stranger chose. Throws `FetchRefused` for what is no https URL of a public host; a host among `allowedHosts` (`host` or `host:port`,
 * lower case) may be any, also by http. What a name stands for is not looked up here.
 */
export function checkAddress(text: string, allowedHosts: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null) throw new FetchRefused('is not a URL')
  // Before they are repeated in a message.
  if (url.username !== '' || url.password !== '') throw new FetchRefused('must not contain a user name or password')
  if (isAllowedHost(url, allowedHosts) && url.protocol === 'http:') return url
  if (url.protocol !== 'https:') throw new FetchRefused(`must begin with https://; got ${url.protocol}//`)
  if (isAllowedHost(url, allowedHosts)) return url
  // `URL` has turned every way of writing an IPv4 address into the usual one.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new FetchRefused(new PrivateAddress(host).message)
  return url
}

/** Whether the operator allows this host, whatever its addresses are. */
export function isAllowedHost(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.host) || allowedHosts.includes(url.hostname)
}
