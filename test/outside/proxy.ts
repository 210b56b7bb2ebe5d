/** A proxy before a server that can be told to answer strangely. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A complete response of the server. */
interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Exchange {
  readonly response: ServerResponse
  /** Sends a request to the server and reads the whole response. */
  ask(): Promise<Answer>
  /** Passes a response on while it arrives. */
  pass(): Promise<void>
}

/** Replaces the server's response to a request. */
export type Fault = (exchange: Exchange) => Promise<void> | void

/** A request that arrived. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** Responds without the server. */
export function says(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault {
  return ({ response }) => void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
}

/** Changes the JSON of the server's response. */
export function changes(change: (value: never) => unknown): Fault {
  return async ({ response, ask }) => {
    const { status, headers, body } = await ask()
    const isChanged = status < 300 && body.length > 0
    const text = isChanged ? JSON.stringify(change(JSON.parse(body.toString()) as never)) : body
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  }
}

/** Changes the text of the server's response. */
export function rewrites(change: (text: string) => string): Fault {
  return async ({ response, ask }) => {
    const { status, headers, body } = await ask()
    const text = change(body.toString())
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  }
}

/** Cuts the server's response in the middle. */
export const cuts: Fault = async ({ response, ask }) => {
  const { status, headers, body } = await ask()
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy())
}

/** Changes one byte of the server's response. */
export const flips: Fault = async ({ response, ask }) => {
  const { status, headers, body } = await ask()
  const place = Math.floor(body.length / 2)
  if (body.length > 0) body.writeUInt8(body.readUInt8(place) ^ 1, place)
  response.writeHead(status, headers).end(body)
}

/** Passes half of the server's response on, as if that were all of it. */
export const halves: Fault = async ({ response, ask }) => {
  const { status, headers, body } = await ask()
  const half = body.subarray(0, Math.floor(body.length / 2))
  response.writeHead(status, { ...headers, 'content-length': half.length }).end(half)
}

/** Sends the request, but drops the response. */
export const loses: Fault = async ({ response, ask }) => {
  await ask()
  response.socket?.destroy()
}

/** Refuses the connection. */
export const refuses: Fault = ({ response }) => void response.socket?.destroy()

/** Accepts the connection and never responds. */
export const hangs: Fault = () => undefined

/** Opens an event stream that stays silent, as behind a buffering proxy. */
export const silent: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}

interface Rule {
  readonly path: RegExp
  readonly fault: Fault
  readonly window: string | null
}

/** This header tells windows apart, for rules that concern one of them. */
export const windowHeader = 'x-window'

/** Listens on its own port from the start; `connectTo` sets the server. */
export class StrangeProxy {
  readonly asked: Asked[] = []
  readonly #server = createServer((asked, response) => void this.#answer(asked, response))
  /** Open streams, by window. */
  readonly #streams = new Map<ServerResponse, string | null>()
  #rules: readonly Rule[] = []
  #target = ''

  /** Starts to listen. */
  static async start(): Promise<StrangeProxy> {
    const proxy = new StrangeProxy()
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done))
    return proxy
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  connectTo(url: string): void {
    this.#target = url
  }

  /**
   * Applies an effect to matching requests such as `GET /api/v0/session?x=1`, of all windows or
   * one. The newest rule wins. Returns the function that ends it.
   */
  answer(path: RegExp, fault: Fault, window: string | null = null): () => void {
    const rule = { path, fault, window }
    this.#rules = [rule, ...this.#rules]
    return () => {
      this.#rules = this.#rules.filter((one) => one !== rule)
    }
  }

  /** Passes every request on from now on. */
  heal(): void {
    this.#rules = []
  }

  /** Returns the open event streams, of all windows or one. */
  openStreams(window: string | null = null): readonly ServerResponse[] {
    return [...this.#streams].filter(([, from]) => window === null || from === window).map(([stream]) => stream)
  }

  /** Cuts the streams and returns their number. */
  cutStreams(window: string | null = null): number {
    const open = this.openStreams(window)
    for (const stream of open) stream.socket?.destroy()
    return open.length
  }

  /** Counts requests that match. */
  count(path: RegExp): number {
    return this.asked.filter((one) => path.test(`${one.method} ${one.path}`)).length
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.#server.close(done))
    this.#server.closeAllConnections()
    await ended
  }

  async #answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = asked
    this.asked.push({ method, path, headers })
    const from = windowOf(asked)
    const isMeant = (rule: Rule) => rule.path.test(`${method} ${path}`) && (rule.window ?? from) === from
    const fault = this.#rules.find(isMeant)?.fault
    const exchange = { response, ask: () => this.#ask(asked), pass: () => this.#pass(asked, response) }
    try {
      await (fault === undefined ? exchange.pass() : fault(exchange))
    } catch {
      // If the server or the browser closes its end, the other is closed the same way.
      response.socket?.destroy()
    }
  }

  async #ask(asked: IncomingMessage): Promise<Answer> {
    const told = await this.#send(asked, { 'accept-encoding': 'identity' })
    const body = await buffer(told)
    const { 'transfer-encoding': _, ...headers } = told.headers
    return { status: told.statusCode ?? 502, headers, body }
  }

  async #pass(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const told = await this.#send(asked, {})
    response.writeHead(told.statusCode ?? 502, told.headers)
    response.flushHeaders()
    if (told.headers['content-type']?.startsWith('text/event-stream')) this.#streams.set(response, windowOf(asked))
    response.once('close', () => {
      this.#streams.delete(response)
      told.destroy()
    })
    told.once('error', () => response.socket?.destroy())
    told.pipe(response)
  }

  #send(asked: IncomingMessage, more: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#target}${asked.url}`, {
        method: asked.method ?? 'GET',
        headers: { ...asked.headers, ...more },
      })
      sent.once('response', resolve).once('error', reject)
      asked.pipe(sent)
    })
  }
}

function windowOf({ headers }: IncomingMessage): string | null {
  const name = headers[windowHeader]
  return typeof name === 'string' ? name : null
}
