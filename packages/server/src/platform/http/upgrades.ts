import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { pathInVersion } from './operations/api-version.ts'
import type { Client } from './request/caller.ts'
import { requestIdOf } from './request/request-id.ts'
import { asApiError, type Translate } from './response/send-error.ts'
import { rawAnswer } from './response/wire-errors.ts'

/** The one path whose connections leave HTTP. */
export interface Upgrade {
  /** The path in `/api/v0`. Every version has it. */
  readonly path: `/api/v0/${string}`
  /** Takes the connection over, or throws the refusal. */
  readonly enter: (request: UpgradeRequest) => Promise<void>
}

export interface UpgradeRequest {
  readonly raw: IncomingMessage
  readonly socket: Duplex
  /** The bytes after the request. */
  readonly head: Buffer
  readonly client: Client
  readonly requestId: string
}

interface UpgradeOptions {
  readonly publicUrl: string
  readonly log: Logger
  readonly translate: Translate
  readonly addressOf: (request: IncomingMessage) => string
}

/**
 * Whether a request asks for the WebSocket of this path. Any other is plain HTTP, whatever its
 * `Upgrade` header says.
 */
export function isUpgradeTo(path: Upgrade['path'], { method, headers, url }: IncomingMessage): boolean {
  const asked = url?.split('?')[0]
  const isPath = asked === path || asked === pathInVersion(path, 'v1')
  return isPath && method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Passes the requests that `isUpgradeTo` accepts to `enter`. A refusal has the same form as
 * elsewhere.
 */
export function acceptUpgrades(app: FastifyInstance, { enter }: Upgrade, options: UpgradeOptions): void {
  const { publicUrl, log, translate, addressOf } = options
  app.server.on('upgrade', (raw: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A broken connection has no reader.
    socket.on('error', () => socket.destroy())
    const requestId = requestIdOf(raw.headers['x-request-id'])
    const client = { address: addressOf(raw), userAgent: raw.headers['user-agent'] ?? null }
    enter({ raw, socket, head, client, requestId }).catch((thrown: unknown) => {
      const error = asApiError(thrown, translate)
      const facts = { request_id: requestId, status: error.status, err: error.cause }
      log[error.status === 500 ? 'error' : 'info'](facts, 'a WebSocket was refused')
      socket.end(rawAnswer(error, publicUrl, requestId))
    })
  })
}
