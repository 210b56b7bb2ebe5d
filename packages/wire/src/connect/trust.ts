import { getCACertificates } from 'node:tls'
import { Agent } from 'undici'

const loopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/

/**
 * Returns the connections to a server. Trusts the roots of the system, or `ca` alone where it is
 * given. Throws for an address without TLS that leads off this machine.
 */
export function openConnections(url: URL, ca: string | undefined, connectMs: number): Agent {
  const isLoopback = url.protocol === 'http:' && loopback.test(url.hostname)
  if (url.protocol !== 'https:' && !isLoopback)
    throw new TypeError(`A runner reaches its server by https, and by http only on this machine. Got ${url.origin}.`)
  return new Agent({
    connect: { timeout: connectMs, ...(url.protocol === 'https:' && { ca: ca ?? systemRoots() }) },
    pipelining: 1,
    // After a cut Node.js wrote the frames of an HTTP/2 session again and again, until the runner had
    // no memory left. Balancers offer HTTP/2; streams save nothing that counts here.
    allowH2: false,
    // Each call has a time limit of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

/** Returns the certificates that the operating system and Node.js trust. */
export function systemRoots(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}
