/** Sends layers to other runners of the pool. */
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { TLSSocket } from 'node:tls'
import type { Log, PeerTicket } from '@harmont/engine'
import { type PeerIdentity, shownBy } from './certificate.ts'

/** The only path; the ticket names the object. */
export const layerPath = '/layer'

/** Limits on the load from other runners; a piece of each object is in memory. */
const most = { connections: 64, transfers: 16, pieceBytes: 256 * 1024, headerBytes: 8 * 1024 }
/** Time for a request to arrive, and time for which a taker may read nothing. */
const patience = { requestMs: 10_000, stallMs: 60_000 }

/** Reads the tickets for this runner; null for an invalid one. */
type TicketReader = (text: string) => PeerTicket | null

export interface GiverOptions {
  readonly identity: PeerIdentity
  readonly ticket: TicketReader
  /** Returns the file of a layer's object; null if it is not on this machine. */
  fileOf(layer: string, digest: string): Promise<string | null>
  readonly log: Log
}

class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Creates a server that is not yet listening. */
export function layerGiver(options: GiverOptions): Server {
  let transfers = 0
  const server = createServer(
    {
      ...options.identity,
      minVersion: 'TLSv1.3',
      // A ticket names the certificate of its taker.
      ...{ requestCert: true, rejectUnauthorized: false },
      ...{ maxHeaderSize: most.headerBytes, handshakeTimeout: patience.requestMs },
      ...{ headersTimeout: patience.requestMs, requestTimeout: patience.requestMs },
    },
    async (request, response) => {
      transfers += 1
      try {
        if (transfers > most.transfers) throw new Refused(503, 'This runner is busy with other transfers.')
        await give(options, request, response)
      } catch (error) {
        if (!response.headersSent && error instanceof Refused) response.writeHead(error.status).end(error.message)
        else {
          response.destroy()
          options.log('warn', 'could not give a layer to another runner', error)
        }
      } finally {
        transfers -= 1
      }
    },
  )
  server.maxConnections = most.connections
  server.on('clientError', (_, socket) => socket.destroy())
  return server
}

async function give(options: GiverOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' || request.url !== layerPath) throw new Refused(404, 'There is nothing here.')
  const { layer, digest, taker } = admitted(options, request)
  if (shownBy(request.socket as TLSSocket) !== taker) throw new Refused(403, 'The ticket is for another runner.')
  const path = await options.fileOf(layer, digest)
  if (path === null) throw new Refused(404, 'This runner does not have the layer.')
  await using file = await open(path)
  const { size } = await file.stat()
  const from = startOf(request)
  if (from >= size) throw new Refused(416, `The object has ${size} bytes.`)
  await send(file, { from, size }, response)
}

function admitted({ ticket }: GiverOptions, { headers: { authorization = '' } }: IncomingMessage): PeerTicket {
  const admission = ticket(authorization.replace(/^Bearer /, ''))
  if (admission === null) throw new Refused(401, 'The ticket is unknown or has expired.')
  return admission
}

/** Returns the first requested byte; takers request all bytes from there on. */
function startOf({ headers: { range = 'bytes=0-' } }: IncomingMessage): number {
  const [, from] = /^bytes=(\d{1,15})-$/.exec(range) ?? []
  if (from === undefined) throw new Refused(416, 'A range goes from a byte to the end.')
  return Number(from)
}

async function send(
  file: FileHandle,
  { from, size }: { readonly from: number; readonly size: number },
  response: ServerResponse,
): Promise<void> {
  response.setTimeout(patience.stallMs, () => response.destroy())
  response.writeHead(206, {
    'content-type': 'application/octet-stream',
    'content-length': String(size - from),
    'content-range': `bytes ${from}-${size - 1}/${size}`,
  })
  const pieces = file.createReadStream({ start: from, end: size - 1, highWaterMark: most.pieceBytes, autoClose: false })
  await pipeline(pieces, response)
}
