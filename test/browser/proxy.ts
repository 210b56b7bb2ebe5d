/** A proxy between browser and server, as there is one in front of many servers, that can be told to answer strangely. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What the server answered, as a whole. */
interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Exchange {
  readonly response: ServerResponse
  /** Asks the server, and waits for all that it says. */
  ask(): Promise<Answer>
  /** Hands on what it says as it comes. */
  pass(): Promise<void>
}

/** What becomes of a request in place of the server's answer. */
export type Fault = (exchange: Exchange) => Promise<void> | void

/** A request that came. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** An answer of the proxy itself. */
export function says(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault {
  return ({ response }) => void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
}

/** The server's answer with its JSON changed. */
export function changes(change: (value: never) => unknown): Fault {
  return async ({ response, ask }) => {
    const { status, headers, body } = await ask()
    const isChanged = status < 300 && body.length > 0
    const text = isChanged ? JSON.stringify(change(JSON.parse(body.toString()) as never)) : body
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  }
}

/** The server's answer, broken off in its middle. */
export const cuts: Fault = async ({ response, ask }) => {
  const { status, headers, body } = await ask()
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy())
}

/** The server does what it is asked for, and nobody hears of it. */
export const loses: Fault = async ({ response, ask }) => {
  await ask()
  response.socket?.destroy()
}

/** No connection. */
export const refuses: Fault = ({ response }) => void response.socket?.destroy()

/** A connection on which nothing ever comes. */
export const hangs: Fault = () => undefined

/** A stream of events that opens and stays silent, as behind a proxy that gathers answers. */
export const silent: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}

interface Rule {
  readonly path: RegExp
  readonly fault: Fault
  readonly window: string | null
}

/** By this header windows are told apart, where a rule is for one of them. */
export const windowHeader = 'x-window'

/** Stands on a port of its own from the start; `connectTo` says where the server is. */
export class StrangeProxy {
  readonly asked: Asked[] = []
  readonly #server = createServer((asked, response) => void this.#answer(asked, response))
  /** By the window that reads them. */
  readonly #streams = new Map<ServerResponse, string | null>()
  #rules: readonly Rule[] = []
  #target = ''

  /** Begins to listen. */
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

  /** From now on requests like `GET /api/v0/session?x=1` that match end like this, all or those of one window; the newest rule wins. Gives what ends that. */
  answer(path: RegExp, fault: Fault, window: string | null = null): () => void {
    const rule = { path, fault, window }
    this.#rules = [rule, ...this.#rules]
    return () => {
      this.#rules = this.#rules.filter((one) => one !== rule)
    }
  }

  /** From now on every request is handed on. */
  heal(): void {
    this.#rules = []
  }

  /** The streams of events that are open, all or those of one window. */
  openStreams(window: string | null = null): readonly ServerResponse[] {
    return [...this.#streams].filter(([, from]) => window === null || from === window).map(([stream]) => stream)
  }

  /** Breaks them. Gives how many there were. */
  cutStreams(window: string | null = null): number {
    const open = this.openStreams(window)
    for (const stream of open) stream.socket?.destroy()
    return open.length
  }

  /** How many requests like this came. */
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
      // The server or the browser has gone: the other end is told in the same way.
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
