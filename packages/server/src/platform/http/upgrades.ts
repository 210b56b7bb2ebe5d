import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { pathInVersion } from './operations/api-version.ts'
import type { Client } from './request/caller.ts'
import { requestIdOf } from './request/request-id.ts'
import { asApiError, type Translate } from './response/send-error.ts'
import { rawAnswer } from './response/wire-errors.ts'

/** A path whose connections leave HTTP. */
export interface Upgrade {
  /** A path below `/api/v0` exists in every version. */
  readonly path: `/${string}`
  /** Takes over the connection, or throws the refusal. */
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
 * Returns the WebSocket that a request wants to open. Any other request is plain HTTP, regardless
 * of its `Upgrade` header.
 */
export function upgradeOf(
  upgrades: readonly Upgrade[],
  { method, headers, url }: IncomingMessage,
): Upgrade | undefined {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return undefined
  const asked = url?.split('?')[0]
  return upgrades.find(({ path }) => asked === path || asked === pathInVersion(path, 'v1'))
}

/** Passes requests for a WebSocket to its `enter`. A refusal has the form of any other error. */
export function acceptUpgrades(app: FastifyInstance, upgrades: readonly Upgrade[], options: UpgradeOptions): void {
  const { publicUrl, log, translate, addressOf } = options
  app.server.on('upgrade', (raw: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A broken connection has no reader.
    socket.on('error', () => socket.destroy())
    const requestId = requestIdOf(raw.headers['x-request-id'])
    const client = { address: addressOf(raw), userAgent: raw.headers['user-agent'] ?? null }
    const entered = upgradeOf(upgrades, raw)?.enter({ raw, socket, head, client, requestId })
    entered?.catch((thrown: unknown) => {
      const error = asApiError(thrown, translate)
      const facts = { request_id: requestId, status: error.status, err: error.cause }
      log[error.status === 500 ? 'error' : 'info'](facts, 'a WebSocket was refused')
      socket.end(rawAnswer(error, publicUrl, requestId))
    })
  })
}
