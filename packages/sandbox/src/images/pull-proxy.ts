import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, isIP, type Server, Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { isPublicAddress, PrivateAddress, publicLookup } from '../network/public-address.ts'

export type CountBytes = (bytes: number) => Error | undefined

export interface PullProxyOptions {
  /** Returns whether the operator allows this `host:port`, regardless of its addresses. */
  readonly isAllowed: (host: string) => boolean
  /** Counts bytes received from outside. Returns an error to abort the pull. */
  readonly count: CountBytes
}

/**
 * The only network access of the program that pulls an image. Each connection, including those of
 * redirects and token requests, goes to a public address from a single lookup (G37).
 */
export class PullProxy implements Disposable {
  readonly #options: PullProxyOptions
  readonly #server = createServer()
  readonly #doors = new Set<Server>()
  readonly #sockets = new Set<Socket>()
  #refusal: Error | undefined

  constructor(options: PullProxyOptions) {
    this.#options = options
    this.#server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
      this.#tunnel(request.url ?? '', client, head)
    })
    this.#server.on('request', (request, response) => this.#forward(request, response))
  }

  /** The last reason for a refusal; undefined if nothing was refused. */
  get refusal(): Error | undefined {
    return this.#refusal
  }

  /** Serves connections to this listening socket until disposed. */
  serve(door: Server): void {
    this.#doors.add(door)
    door.on('connection', (client: Socket) => {
      this.#keep(client)
      this.#server.emit('connection', client)
    })
  }

  [Symbol.dispose](): void {
    for (const door of this.#doors) door.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #tunnel(authority: string, client: Socket, head: Buffer): void {
    const target = URL.parse(`http://${authority}`)
    if (target === null) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    const outside = this.#connect(target.hostname, Number(target.port || 80))
    let isOpen = false
    outside.once('connect', () => {
      isOpen = true
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      outside.write(head)
      // Either side may end first; the pipeline ends the other one.
      pipeline(client, outside, client, () => {})
    })
    outside.once('error', ({ message }) => {
      // Go's client repeats the text after the status code.
      if (!isOpen) client.end(`HTTP/1.1 502 ${message.replace(/[^ -~]/g, ' ')}\r\n\r\n`)
    })
    client.once('error', () => outside.destroy())
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const target = URL.parse(request.url ?? '')
    if (target?.protocol !== 'http:') return void response.writeHead(400).end()
    const { method, headers } = request
    const createConnection = () => this.#connect(target.hostname, Number(target.port || 80))
    const onward = httpRequest(target, { method, headers, createConnection }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, response, () => {})
    })
    onward.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    pipeline(request, onward, () => {})
  }

  #connect(hostname: string, port: number): Socket {
    const host = hostname.replace(/^\[|\]$/g, '')
    const isAllowed = this.#options.isAllowed(`${hostname}:${port}`)
    // Literal addresses are checked here, because they are not looked up.
    const isPrivate = !isAllowed && isIP(host) !== 0 && !isPublicAddress(host)
    const outside = isPrivate ? new Socket() : connect({ host, port, ...(isAllowed ? {} : { lookup: publicLookup }) })
    this.#keep(outside)
    outside.on('error', (error) => {
      if (error instanceof PrivateAddress) this.#refusal = new Error(`${hostname} ${error.message}`, { cause: error })
    })
    outside.on('data', (bytes: Buffer) => {
      const refusal = this.#options.count(bytes.length)
      if (refusal !== undefined) this.#end(refusal)
    })
    if (isPrivate) outside.destroy(new PrivateAddress(host))
    return outside
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  #end(refusal: Error): void {
    this.#refusal = refusal
    this[Symbol.dispose]()
  }
}
