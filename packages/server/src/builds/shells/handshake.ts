import type { WebSocket, WebSocketServer } from 'ws'
import { apiError, type UpgradeRequest } from '../../platform/http/index.ts'

/** Refuses an invalid handshake with an error envelope, which `ws` would omit. */
export function requireHandshake({ raw: { headers } }: UpgradeRequest): void {
  const isKey = /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  if (isKey && headers['sec-websocket-version'] === '13') return
  throw apiError('request_malformed', 'A WebSocket of version 13 was expected, with its `Sec-WebSocket-Key`.')
}

/** Upgrades the connection; null if the client has disconnected. */
export function upgraded(sockets: WebSocketServer, { raw, socket, head }: UpgradeRequest): Promise<WebSocket | null> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve(null))
    sockets.handleUpgrade(raw, socket, head, resolve)
  })
}
