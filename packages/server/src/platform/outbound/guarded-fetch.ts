/**
 * Fetches from untrusted URLs (G37). Only public hosts are allowed, which is checked for each
 * connection and each redirect.
 */

import { isIP } from 'node:net'
import { isPublicAddress, PrivateAddress, publicLookup } from '@harmont/sandbox/addresses'
import type { Agent } from 'undici'

/** A permanent refusal to fetch. The message states the reason for the person who chose the URL. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
}

export interface GuardedFetchOptions {
  /** Hosts (`host` or `host:port`, lower case) that are allowed at any address and over http. */
  readonly allowedHosts: readonly string[]
  readonly maxBytes: number
  /** The time limit of the whole fetch. */
  readonly timeoutMs: number
  /** The longest wait for a connection, a response, or its next bytes. */
  readonly idleMs?: number
}

const mostRedirects = 5

/**
 * Yields the bytes at a URL as they arrive. Throws `FetchRefused` for a permanent failure: a
 * private address, too many bytes, a permanent error status. Other errors may be temporary.
 */
export async function* guardedFetch(text: string, options: GuardedFetchOptions): AsyncGenerator<Buffer> {
  const idleMs = options.idleMs ?? 30_000
  const signal = AbortSignal.timeout(options.timeoutMs)
  let url = checkAddress(text, options.allowedHosts)
  // Loaded at the first use, because it takes 4 MiB and most servers fetch nothing.
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

/**
 * Returns the options of an agent that refuses connections to private addresses, unless the
 * operator allows the host of `url`.
 */
export function agentOptions(url: URL, allowedHosts: readonly string[], idleMs: number): Agent.Options {
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

/** Finds the guard's refusal among the causes of a connection error. */
export function causeOf(error: unknown): unknown {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof FetchRefused) return each
    if (each instanceof PrivateAddress) return new FetchRefused(each.message, { cause: each })
  }
  return error
}

/**
 * Parses an untrusted URL. Throws `FetchRefused` unless it is an https URL of a public host. Hosts
 * among `allowedHosts` (`host` or `host:port`, lower case) may be private, and may use http. Names
 * are not resolved here.
 */
export function checkAddress(text: string, allowedHosts: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null) throw new FetchRefused('is not a URL')
  // Checked before a message repeats the address.
  if (url.username !== '' || url.password !== '') throw new FetchRefused('must not contain a user name or password')
  if (isAllowedHost(url, allowedHosts) && url.protocol === 'http:') return url
  if (url.protocol !== 'https:') throw new FetchRefused(`must begin with https://; got ${url.protocol}//`)
  if (isAllowedHost(url, allowedHosts)) return url
  // `URL` has normalized every spelling of an IPv4 address.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new FetchRefused(new PrivateAddress(host).message)
  return url
}

/** Returns whether the operator allows this host at any address. */
function isAllowedHost(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.host) || allowedHosts.includes(url.hostname)
}
