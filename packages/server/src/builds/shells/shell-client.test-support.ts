/** A client of shells, as specified by the contract. */
import { WebSocket } from 'ws'
import { frame, frameKind } from './frames.ts'

export interface ClientShell {
  readonly socket: WebSocket
  /** The output so far, by the first byte of its messages. */
  readonly said: Record<number, string>
  readonly bytes: () => number
  readonly send: (kind: number, content: string | Uint8Array) => void
  /** Resolves with the status code of the close. */
  readonly closed: Promise<number>
}

export const protocols = (token: string) => ['harmont-shell', `token.${token}`]

/**
 * Opens a shell at a WebSocket address; `opening` is its first message. Rejects with the response
 * if it is not an upgrade.
 */
export function enterShell(
  url: string,
  token: string,
  opening: object | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<ClientShell> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols(token), { headers })
    const said: Record<number, string> = {}
    let bytes = 0
    const send = (kind: number, content: string | Uint8Array) => socket.send(frame(kind, Buffer.from(content)))
    const closed = new Promise<number>((done) => socket.on('close', done))
    socket.on('message', (message: Buffer) => {
      const kind = message[0] ?? -1
      bytes += message.length - 1
      // Counts the bytes of large messages without keeping their text.
      if (message.length < 20_000) said[kind] = (said[kind] ?? '') + message.toString('utf8', 1)
    })
    socket.on('unexpected-response', (_, response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => reject(new Refused(response.statusCode ?? 0, response.headers, text)))
    })
    socket.on('error', reject)
    socket.on('open', () => {
      if (opening !== null) send(frameKind.size, JSON.stringify(opening))
      resolve({ socket, said, bytes: () => bytes, send, closed })
    })
  })
}

/** The response to a refused request. */
export class Refused extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly code: string
  constructor(status: number, headers: Readonly<Record<string, unknown>>, body: string) {
    super(`${status} ${body}`)
    this.status = status
    this.headers = headers
    this.code = JSON.parse(body).error.code
  }
}
