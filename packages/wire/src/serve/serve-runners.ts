import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log, RunnerPort, Store } from '@harmont/engine'
import {
  type ArchiveRequest,
  archiveCall,
  type CallName,
  type Calls,
  framedCalls,
  type LayerRequest,
  layerCall,
  type Refusal,
  spokenVersions,
  type WireVersion,
  wireHeaders,
  wirePath,
  wireVersion,
} from '../protocol.ts'
import { Budget } from './budget.ts'
import { CallContext, type RunnerShells, type Shared } from './call-context.ts'
import { append, putPart } from './framed-calls.ts'
import { Grants } from './grants.ts'
import { Holders } from './holders.ts'
import { InOrder } from './in-order.ts'
import { jobCalls } from './job-calls.ts'
import { layerCalls, putLayerPart, sendLayer } from './layer-calls.ts'
import { type Handlers, leaseCalls } from './lease-calls.ts'
import { Newest } from './newest.ts'
import { readBody } from './read-body.ts'
import { Refused } from './refused.ts'
import { type BodyName, faultOf, isBodyName } from './schemas.ts'
import { sendArchive } from './send-archive.ts'

/** The sender of a request. */
export interface RunnerIdentity {
  /** Id of the runner, under which its leases are stored. */
  readonly runner: string
}

export interface ServeOptions<I extends RunnerIdentity> {
  /** Returns the sender of a request, from its head alone, or the reason for its refusal. */
  authenticate(request: IncomingMessage): Promise<I | (Refusal & { readonly status: number })>
  /**
   * Returns the port with the operations permitted to a runner. This server checks whether the
   * runner holds the lease of a request.
   */
  portFor(identity: I): RunnerPort
  /**
   * Returns the response to a transient failure, such as an unavailable database; null for any
   * other.
   */
  translate(error: unknown): PassingFailure | null
  /** Returns the shells that people request from this runner. */
  shellsFor(identity: I): RunnerShells
  readonly store: Pick<Store, 'leases' | 'builds' | 'probes' | 'layers' | 'now'>
  readonly log: Log
  readonly settings?: Partial<ServeSettings>
}

interface PassingFailure extends Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

interface ServeSettings {
  /** Maximum bytes of bodies in memory, for one runner and in total. */
  readonly runnerBytes: number
  readonly togetherBytes: number
  /** Time limit for a body to arrive. */
  readonly bodyMs: number
  /** Time for which a runner may read nothing of an archive. */
  readonly stallMs: number
}

export interface RunnerServer {
  /** Answers a request below `wirePath`, whose body is still unread. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends waiting polls, so that the process can end. Runners then call another process. */
  close(): void
}

const defaultSettings: ServeSettings = {
  runnerBytes: 8 * 1024 * 1024,
  togetherBytes: 64 * 1024 * 1024,
  bodyMs: 60_000,
  stallMs: 60_000,
}

const mebibyte = 1024 * 1024
const usualBytes = mebibyte
/** Maximum body sizes of calls with more than the usual limit. */
const mostBytes: Readonly<Partial<Record<BodyName, number>>> = {
  append: 8 * mebibyte,
  finish: 48 * mebibyte,
  rendered: 48 * mebibyte,
  deal: 32 * mebibyte,
  'forks/deal': 32 * mebibyte,
  'forks/end': 16 * mebibyte,
  'looked-up': 4 * mebibyte,
  'lacking-parts': 16 * mebibyte,
  'put-part': 17 * mebibyte,
  'layers/upload': 9 * mebibyte,
}

/**
 * Calls with a separate budget for each runner, so that the upload of an artifact does not delay
 * them.
 */
const ownRoom: Readonly<Partial<Record<BodyName, string>>> = { append: 'logs', 'layers/upload': 'layers' }

const handlers: Handlers<CallName> = { ...leaseCalls, ...jobCalls, ...layerCalls }

/**
 * Serves runners over HTTP. All requests are validated and limited in size, and performed only
 * under leases that their sender holds.
 */
export function serveRunners<I extends RunnerIdentity>(options: ServeOptions<I>): RunnerServer {
  return new WireServer(options)
}

class WireServer<I extends RunnerIdentity> implements RunnerServer {
  readonly #options: ServeOptions<I>
  readonly #settings: ServeSettings
  readonly #shared: Shared
  readonly #bodies: Budget
  readonly #newest = new Newest()
  readonly #open = new Set<AbortController>()
  #isClosing = false

  constructor(options: ServeOptions<I>) {
    const { store } = options
    this.#options = options
    this.#settings = { ...defaultSettings, ...options.settings }
    this.#bodies = new Budget(this.#settings.runnerBytes, this.#settings.togetherBytes)
    this.#shared = {
      store,
      holders: new Holders(store.leases),
      jobs: new Grants(),
      forks: new Grants(),
      order: new InOrder(),
    }
  }

  close(): void {
    this.#isClosing = true
    for (const open of this.#open) open.abort()
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = performance.now()
    const stamp = (now = this.#options.store.now()) => ({
      [wireHeaders.now]: String(now),
      [wireHeaders.held]: String(Math.floor(performance.now() - receivedAt)),
    })
    try {
      await this.#answer(request, response, stamp)
    } catch (error) {
      if (response.headersSent || response.destroyed || request.errored) response.destroy()
      else this.#refuse(request, response, error, stamp())
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, stamp: Stamp): Promise<void> {
    const version = versionOf(request)
    const name = nameOf(request)
    const identity = await this.#options.authenticate(request)
    if ('status' in identity) throw new Refused(identity.status, identity.code, identity.message)
    const { runner } = identity
    const length = lengthOf(request, mostBytes[name] ?? usualBytes)
    const room = ownRoom[name]
    const giveBack = this.#bodies.take(room === undefined ? runner : `${runner} ${room}`, length)
    const ending = new AbortController()
    const end = () => ending.abort()
    this.#open.add(ending)
    response.once('close', end)
    if (this.#isClosing) end()
    try {
      const body = await readBody(request, length, this.#settings.bodyMs)
      const turn = String(request.headers[wireHeaders.turn] ?? '')
      const context = new CallContext({
        version,
        runner,
        port: this.#options.portFor(identity),
        shells: this.#options.shellsFor(identity),
        shared: this.#shared,
        signal: ending.signal,
        turn,
      })
      const { stallMs } = this.#settings
      if (name === layerCall)
        return await sendLayer(context, jsonOf<LayerRequest>(context, name, body), response, stamp(), stallMs)
      if (name === archiveCall) {
        return await sendArchive(context, jsonOf<ArchiveRequest>(context, name, body), response, stamp(), stallMs)
      }
      if (name === 'lease' || name === 'directives') this.#newest.begin(`${runner} ${name}`, ending)
      const answered = await this.#call(context, name, body)
      const now = this.#options.store.now()
      sendJson(response, 200, answered(now), stamp(now))
    } finally {
      giveBack()
      this.#open.delete(ending)
      this.#newest.end(`${runner} ${name}`, ending)
    }
  }

  async #call(context: CallContext, name: BodyName, body: Buffer): Promise<(now: number) => object> {
    if (name === framedCalls.append) {
      const answer = await append(context, body, this.#options.log)
      return () => answer
    }
    if (name === framedCalls.putPart) {
      const answer = await putPart(context, body)
      return () => answer
    }
    if (name === framedCalls.putLayerPart) {
      const answer = await putLayerPart(context, body)
      return () => answer
    }
    return callHandler(name as CallName, context, body)
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown, headers: Record<string, string>): void {
    const known = error instanceof Refused ? error : this.#options.translate(error)
    if (known !== error)
      this.#options.log(known === null ? 'error' : 'warn', `could not answer ${request.url} of a runner`, error)
    const { status, code, message } = known ?? {
      status: 500,
      code: 'internal_error',
      message: 'The server failed. Its log contains the reason.',
    }
    // The rest of the body stays unread.
    const ends = request.complete ? {} : { connection: 'close' }
    sendJson(response, status, { code, message }, { ...headers, ...ends, ...known?.headers })
  }
}

type Stamp = (now?: number) => Record<string, string>

function callHandler<K extends CallName>(name: K, context: CallContext, body: Buffer): ReturnType<Handlers<K>[K]> {
  return handlers[name](context, jsonOf<Calls[K]['request']>(context, name, body)) as ReturnType<Handlers<K>[K]>
}

function versionOf({ headers }: IncomingMessage): WireVersion {
  const version = Number(headers[wireHeaders.version])
  const spokenHere = spokenVersions.find((one) => one === version)
  if (spokenHere !== undefined) return spokenHere
  const spoken = spokenVersions.join(', ')
  throw new Refused(
    426,
    'runner_version',
    version > wireVersion
      ? `The runner speaks version ${version}, this server ${spoken}. Upgrade the server first.`
      : `The runner speaks version ${headers[wireHeaders.version] ?? 'none'}, this server ${spoken}. Upgrade the runner.`,
  )
}

function nameOf({ url = '', method }: IncomingMessage): BodyName {
  const name = url.startsWith(wirePath) ? url.slice(wirePath.length) : ''
  if (!isBodyName(name)) throw new Refused(404, 'unknown_call', 'This server has no such call. Is the runner newer?')
  if (method !== 'POST') throw new Refused(405, 'method_not_allowed', 'Every call is a POST.', { allow: 'POST' })
  return name
}

function lengthOf({ headers }: IncomingMessage, most: number): number {
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (!Number.isSafeInteger(length)) throw new Refused(411, 'length_required', 'The body has no Content-Length.')
  if (length > most)
    throw new Refused(413, 'body_too_large', `The body has ${length} bytes; at most ${most} may be sent.`)
  return length
}

function jsonOf<T>({ version }: CallContext, name: BodyName, body: Buffer): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new Refused(400, 'bad_request', 'The body is not JSON.')
  }
  const fault = faultOf(version, name, value)
  if (fault !== null) throw new Refused(400, 'bad_request', `The body is invalid: ${fault}.`)
  return value as T
}

function sendJson(response: ServerResponse, status: number, answer: object, headers: Record<string, string>): void {
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': String(body.length) })
  response.end(body)
}
