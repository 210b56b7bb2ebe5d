/** Self-signed certificates of runners; the server names the certificate of each runner. */
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
 * Returns connections to the holder of this certificate, authenticated by our own certificate. An
 * end with another certificate learns only that somebody connected.
 */
export function pinnedConnections(certificate: string, identity: PeerIdentity, connectMs: number): Agent {
  return new Agent({
    connect({ hostname, port }, callback) {
      const socket = connect({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        ...identity,
        minVersion: 'TLSv1.3',
        // The certificate is self-signed. The fingerprint is compared below.
        rejectUnauthorized: false,
      })
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs)
      socket.once('close', () => clearTimeout(timer))
      const failed = (error: Error) => callback(error, null)
      socket.once('error', failed)
      socket.once('secureConnect', () => {
        clearTimeout(timer)
        if (digestOf(socket.getPeerX509Certificate()) !== certificate)
          return socket.destroy(new Error('its certificate differs from the one that the server named'))
        socket.off('error', failed)
        callback(null, socket)
      })
    },
  })
}

/** Returns the SHA-256 of the certificate presented by the other end of a connection. */
export function shownBy(socket: TLSSocket): string | null {
  return digestOf(socket.getPeerX509Certificate())
}
