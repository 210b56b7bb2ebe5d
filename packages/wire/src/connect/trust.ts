import { getCACertificates } from 'node:tls'
import { Agent } from 'undici'

const loopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/

/**
 * Returns the HTTP agent for connections to a server. Trusts the system's roots, or only `ca` if it
 * is given. Throws for an address without TLS outside this machine.
 */
export function openConnections(url: URL, ca: string | undefined, connectMs: number): Agent {
  const isLoopback = url.protocol === 'http:' && loopback.test(url.hostname)
  if (url.protocol !== 'https:' && !isLoopback)
    throw new TypeError(`A runner reaches its server by https, and by http only on this machine. Got ${url.origin}.`)
  return new Agent({
    connect: { timeout: connectMs, ...(url.protocol === 'https:' && { ca: ca ?? systemRoots() }) },
    pipelining: 1,
    // After a cut, Node.js repeatedly wrote the frames of an HTTP/2 session until the runner ran
    // out of memory. Load balancers offer HTTP/2, but its streams bring no significant advantage
    // here.
    allowH2: false,
    // Each call has its own time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

/** Returns the certificates that the operating system and Node.js trust. */
export function systemRoots(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}
