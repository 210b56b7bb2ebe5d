import { setTimeout as sleep } from 'node:timers/promises'
import { runnerFeatures, type ShellWork } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { WebSocket } from 'ws'
import { secretsFromWire } from '../forms.ts'
import { shellCall, wireHeaders, wirePath, wireVersion } from '../protocol.ts'
import type { Caller } from './caller.ts'
import { unlessUnknown, WireError } from './transport.ts'
import { systemRoots } from './trust.ts'

interface DialOptions {
  readonly url: URL
  readonly ca?: string | undefined
  token(refused?: string): Promise<string>
  readonly connectMs: number
}

/** Time limit for dialling, during which the person waits. */
const dialMs = 15_000
const pauseMs = 200
/** Maximum length of a message: a person's input and its first byte. */
const longestMessage = 64 * 1024

/** Shells that people request in the files of this runner. */
export interface WireShells {
  /** Calls the listener once with each ticket. Returns the unsubscriber. */
  onAsked(listener: (ticket: string) => void): () => void
  /**
   * Connects to the person who requested the shell; the connection is paused. Throws `WireError`; a
   * ticket opens one connection.
   */
  dial(ticket: string): Promise<WebSocket>
  /** Returns a shell's inputs, once the runner has dialled. */
  work(ticket: string): Promise<ShellWork>
}

export function wireShells(caller: Caller, onAsked: WireShells['onAsked'], options: DialOptions): WireShells {
  return {
    onAsked,
    dial: (ticket) => dial(ticket, options),
    async work(ticket) {
      const { work } = (await caller.call('shell/work', { ticket })).answer
      if (work === null) throw over()
      return {
        ...work,
        async secrets(names) {
          const { secrets } = (await caller.call('shell/secrets', { ticket, names })).answer
          if (secrets === null) throw over()
          return secretsFromWire(secrets)
        },
        async findLogin(registry) {
          const heard = await unlessUnknown(caller.call('shell/registry-login', { ticket, registry }), null)
          return heard?.answer.login ?? null
        },
      }
    },
  }
}

/** Connects, and retries while no process of the server answers. */
async function dial(ticket: string, options: DialOptions): Promise<WebSocket> {
  const until = now() + dialMs
  for (let refused: string | undefined; ; ) {
    const token = await options.token(refused)
    const answer = await connect(ticket, token, options)
    if (answer instanceof WebSocket) return answer
    const { status, error } = answer
    const mayPass = status === null || status >= 500 || (status === 401 && refused === undefined)
    if (!mayPass || now() + pauseMs > until) throw error
    // The token may have expired in the meantime.
    refused = status === 401 ? token : undefined
    await sleep(pauseMs)
  }
}

function connect(
  ticket: string,
  token: string,
  { url, ca, connectMs }: DialOptions,
): Promise<WebSocket | { readonly status: number | null; readonly error: WireError }> {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof connect>>>()
  const socket = new WebSocket(new URL(wirePath + shellCall, url.origin.replace(/^http/, 'ws')), {
    headers: {
      authorization: `Bearer ${token}`,
      [wireHeaders.version]: String(wireVersion),
      [wireHeaders.ticket]: ticket,
      [wireHeaders.features]: runnerFeatures.join(),
    },
    ...(url.protocol === 'https:' && { ca: ca ?? systemRoots() }),
    perMessageDeflate: false,
    handshakeTimeout: connectMs,
    maxPayload: longestMessage,
  })
  socket.once('open', () => {
    // The server sends first, perhaps before there is a listener.
    socket.pause()
    resolve(socket)
  })
  socket.on('unexpected-response', (_, response) => {
    const status = response.statusCode ?? 0
    response.resume()
    socket.terminate()
    resolve({ status, error: new WireError('refused', `the server refused the connection of a shell with ${status}`) })
  })
  socket.on('error', (cause) => {
    const message = `could not reach ${url.origin} (${shellCall}): ${cause.message}`
    resolve({ status: null, error: new WireError('unreachable', message, { cause }) })
  })
  return promise
}

function over(): WireError {
  return new WireError('shell_over', 'the request for this shell has ended')
}
