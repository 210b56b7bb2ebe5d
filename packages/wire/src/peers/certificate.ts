/** Certificates that runners sign themselves: the server tells which one is whose. */
import { createHash, type X509Certificate } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import { Agent } from 'undici'

/** A runner's own key and certificate, as PEM. */
export interface PeerIdentity {
  readonly key: string
  readonly cert: string
}

/** Returns the SHA-256 of a certificate, in hex; null without one. */
export function digestOf(certificate: X509Certificate | undefined): string | null {
  return certificate === undefined ? null : createHash('sha256').update(certificate.raw).digest('hex')
}

/**
 * Returns connections to whoever shows this certificate, with one of our own. Another end learns no
 * more than that somebody called.
 */
export function pinnedConnections(certificate: string, identity: PeerIdentity, connectMs: number): Agent {
  return new Agent({
    connect({ hostname, port }, callback) {
      const socket = connect({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        ...identity,
        minVersion: 'TLSv1.3',
        // Nobody else has signed it. The fingerprint is compared below.
        rejectUnauthorized: false,
      })
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs)
      socket.once('close', () => clearTimeout(timer))
      const failed = (error: Error) => callback(error, null)
      socket.once('error', failed)
      socket.once('secureConnect', () => {
        clearTimeout(timer)
        if (digestOf(socket.getPeerX509Certificate()) !== certificate)
          return socket.destroy(new Error('it has another certificate than the server says'))
        socket.off('error', failed)
        callback(null, socket)
      })
    },
  })
}

/** Returns the SHA-256 of the certificate that the other end of a connection has shown. */
export function shownBy(socket: TLSSocket): string | null {
  return digestOf(socket.getPeerX509Certificate())
}
