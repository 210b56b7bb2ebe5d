/** Attacks that need raw sockets, because `fetch` cannot violate the protocol. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tenant } from './tenants.ts'

/** Keeps this many sockets open, calls `begin` on each, and replaces closed ones. */
async function hold(url: string, count: number, signal: AbortSignal, begin: (socket: Socket) => void): Promise<void> {
  const { port } = new URL(url)
  const sockets = new Set<Socket>()
  const open = () => {
    // Uses another address than the neighbour, because limits apply per address.
    const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress: '127.0.0.2' })
    sockets.add(socket)
    socket.once('connect', () => begin(socket))
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.resume()
  }
  while (!signal.aborted) {
    for (let n = 0; n < 100 && sockets.size < count; n += 1) open()
    await sleep(50, undefined, { signal }).catch(() => {})
  }
  for (const socket of sockets) socket.destroy()
}

export const holdConnections = (url: string, count: number, signal: AbortSignal) =>
  hold(url, count, signal, (socket) => void socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'))

/** Sends a request for a build without its last byte. */
export const holdUploads = ({ url, token, organization }: Tenant, count: number, bytes: number, signal: AbortSignal) =>
  hold(url, count, signal, (socket) => {
    socket.write(
      `POST /api/v0/organizations/${organization}/pipelines/p/builds HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n{"pipeline_ir":"`,
    )
    const piece = Buffer.alloc(64 * 1024, 'x')
    let left = bytes - 100
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        left -= piece.length
        if (!socket.write(piece)) return void socket.once('drain', more)
      }
    }
    more()
  })
