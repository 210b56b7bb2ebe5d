/**
 * Simulates the network between runners and the server, which delays, loses, repeats and cuts
 * messages.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Chance } from '@harmont/test-kit/effort'
import type { RunnerServer } from '@harmont/wire'
import { Agent } from 'undici'
import { after, currentHost, type Host, runOn } from './virtual-time.ts'

interface Asked {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly signal: AbortSignal
}

interface Answered {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { json(): Promise<unknown>; text(): Promise<string> }
}

/** A server process in the network. */
export interface Served {
  readonly host: Host
  readonly server: RunnerServer
  /** Pending responses. */
  readonly open: Set<Response>
}

export class Network {
  /** The processes behind the server's address. */
  readonly servers = new Set<Served>()
  /** Machines without network access. */
  readonly cutOff = new Set<object>()
  isCalm = false
  readonly #dice: Chance

  constructor(dice: Chance) {
    this.#dice = dice
  }

  send(asked: Asked): Promise<Answered> {
    const client = currentHost()
    const dice = this.#dice
    const { promise, resolve, reject } = Promise.withResolvers<Answered>()
    const hear = (run: () => void) => after(this.#delay(), run, client)
    const fate = this.isCalm ? 0 : dice.between(0, 60)
    const served = [...this.servers][dice.between(0, this.servers.size - 1)]
    const fail = (why: string) => hear(() => reject(new Error(why)))
    asked.signal.addEventListener('abort', () => reject(asked.signal.reason), { once: true })
    if (asked.signal.aborted || client.isDead) return promise
    const isOpen = () => !this.cutOff.has(client.machine)
    if (served === undefined) fail('connection refused')
    // No response arrives, and the caller times out.
    else if (fate === 1 || !isOpen()) return promise
    else {
      const answer = (answered: Answered) => {
        if (fate !== 2 && isOpen()) hear(() => resolve(answered))
      }
      this.#deliver(served, asked, client, answer, fail)
      // A proxy repeats the request at a random later time.
      if (fate === 3)
        after(
          dice.between(1, 5_000),
          () =>
            this.#deliver(
              served,
              asked,
              null,
              () => {},
              () => {},
            ),
          served.host,
        )
    }
    return promise
  }

  #deliver(
    { host, server, open }: Served,
    asked: Asked,
    client: Host | null,
    answer: (answered: Answered) => void,
    fail: (why: string) => void,
  ): void {
    after(
      this.#delay(),
      () => {
        const request = Object.assign(Readable.from([asked.body]), {
          method: asked.method,
          url: asked.path,
          headers: { ...asked.headers, 'content-length': String(asked.body.length) },
          complete: true,
        })
        const response = new Response(answer, fail)
        open.add(response)
        response.once('close', () => open.delete(response))
        asked.signal.addEventListener('abort', () => client !== null && response.leave(), { once: true })
        void runOn(host, () =>
          server.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
        )
      },
      host,
    )
  }

  /** Removes a killed server process. Its callers are notified at once. */
  drop(served: Served): void {
    this.servers.delete(served)
    for (const response of served.open) response.cut()
  }

  #delay(): number {
    return this.#dice.isOneIn(20) ? this.#dice.between(5, 400) : this.#dice.between(0, 4)
  }
}

/** The server's end of a response. */
class Response extends EventEmitter {
  headersSent = false
  destroyed = false
  #status = 0
  #headers: Record<string, string> = {}
  readonly #answer: (answered: Answered) => void
  readonly #fail: (why: string) => void

  constructor(answer: (answered: Answered) => void, fail: (why: string) => void) {
    super()
    this.#answer = answer
    this.#fail = fail
  }

  writeHead(status: number, headers: Record<string, string>): this {
    this.headersSent = true
    this.#status = status
    this.#headers = headers
    return this
  }

  end(body: Buffer): void {
    const text = body.toString()
    const headers = this.#headers
    this.#answer({
      ...{ statusCode: this.#status, headers },
      body: { text: async () => text, json: async () => JSON.parse(text) as unknown },
    })
    this.emit('close')
  }

  destroy(): void {
    this.destroyed = true
    this.cut()
    this.emit('close')
  }

  cut(): void {
    this.#fail('connection reset')
  }

  /** Closes the response after the caller has gone. */
  leave(): void {
    if (!this.headersSent) this.emit('close')
  }
}

let current: Network | null = null

/** Routes the requests of all runners through this network. */
export function connectThrough(network: Network): void {
  current = network
}

Agent.prototype.request = ((asked: Asked) => {
  if (current === null) throw new Error('there is no network')
  return current.send(asked)
}) as unknown as typeof Agent.prototype.request
