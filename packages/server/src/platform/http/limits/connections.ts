import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import { addressKey } from '../../rate-limits/address-key.ts'
import { apiError } from '../api-error.ts'
import { plainAddress } from '../request/client-address.ts'
import { rawAnswer } from '../response/wire-errors.ts'

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly inAll: number
  /** Of one address, or /64 of IPv6 addresses. */
  readonly perAddress: number
}

interface Options {
  readonly limits: ConnectionLimits
  /** Whether many clients come from this address: then it has no limit of its own. */
  readonly isProxy: (address: string) => boolean
  readonly publicUrl: string
}

/**
 * Bounds the connections of a server, so that whoever opens many leaves the others theirs, and descriptors to the rest of the process. One too many takes the
 * place of the one that has been without a request for the longest, of its own address where that has too many; it is refused when all are busy.
 */
export function limitConnections(server: Server, { limits, isProxy, publicUrl }: Options): void {
  const connections = new Connections()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    const { all, own } = connections.add(socket, isProxy(plainAddress(address)) ? null : addressKey(address))
    const full = own !== null && own.size > limits.perAddress ? own : all.size > limits.inAll ? all : null
    const [oldest] = full?.idle ?? []
    if (full === null) return
    // The newest has no request yet either, and comes last.
    const leaving = oldest ?? socket
    connections.remove(leaving)
    if (leaving === socket) refuse(socket, publicUrl)
    else leaving.destroy()
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    connections.begin(socket)
    response.once('close', () => connections.end(socket))
  })
  // It ends with its connection.
  server.on('upgrade', (_request, socket) => connections.begin(socket as Socket))
}

class Group {
  size = 0
  /** Connections without a request under way, the one that has been so for the longest first. */
  readonly idle = new Set<Socket>()
}

interface Connection {
  readonly groups: readonly Group[]
  readonly key: string | null
  requests: number
}

/** The open connections, all and by address. */
class Connections {
  readonly #all = new Group()
  readonly #byAddress = new Map<string, Group>()
  readonly #open = new Map<Socket, Connection>()

  /** `key`: what its address counts as; null for one that has no limit of its own. */
  add(socket: Socket, key: string | null): { readonly all: Group; readonly own: Group | null } {
    const own = key === null ? null : (this.#byAddress.get(key) ?? new Group())
    if (own !== null && key !== null) this.#byAddress.set(key, own)
    const groups = own === null ? [this.#all] : [this.#all, own]
    this.#open.set(socket, { groups, key, requests: 0 })
    for (const group of groups) {
      group.size += 1
      group.idle.add(socket)
    }
    socket.once('close', () => this.remove(socket))
    return { all: this.#all, own }
  }

  remove(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    this.#open.delete(socket)
    for (const group of connection.groups) {
      group.size -= 1
      group.idle.delete(socket)
    }
    const { key } = connection
    if (key !== null && this.#byAddress.get(key)?.size === 0) this.#byAddress.delete(key)
  }

  begin(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    connection.requests += 1
    for (const { idle } of connection.groups) idle.delete(socket)
  }

  end(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    connection.requests -= 1
    if (connection.requests === 0) for (const { idle } of connection.groups) idle.add(socket)
  }
}

function refuse(socket: Socket, publicUrl: string): void {
  const message = 'Too many connections; close some, or try again later.'
  socket.write(rawAnswer(apiError('service_unavailable', message), publicUrl))
  socket.destroySoon()
}

/** Beyond these, connections cost more memory than a server has for them. */
const most = 20_000
/** Of a system that does not say. */
const usualOpenFiles = 1024

/**
 * Returns the limits that leave this process the descriptors it needs: a connection has one, the file that is sent or received over it another, and the third
 * part is for sandboxes, the database and logs.
 */
export function connectionsHere(inAll: number | null, perAddress: number | null): ConnectionLimits {
  const all = inAll ?? Math.min(most, Math.floor(openFiles() / 3))
  return { inAll: all, perAddress: Math.min(all, perAddress ?? Math.ceil(all / 4)) }
}

/** How many files this process may have open; Node.js has raised that to what is allowed. */
function openFiles(): number {
  if (process.platform !== 'linux') return usualOpenFiles
  const [, soft = ''] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) || usualOpenFiles
}
