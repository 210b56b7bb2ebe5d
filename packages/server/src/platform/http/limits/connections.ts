import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import { addressKey } from '../../rate-limits/address-key.ts'
import { apiError } from '../api-error.ts'
import { plainAddress } from '../request/client-address.ts'
import { rawAnswer } from '../response/wire-errors.ts'

/** The most open connections. */
export interface ConnectionLimits {
  readonly inAll: number
  /** Per IPv4 address, or per /64 of IPv6 addresses. */
  readonly perAddress: number
}

interface Options {
  readonly limits: ConnectionLimits
  /** Returns whether many clients share this address, which then has no limit of its own. */
  readonly isProxy: (address: string) => boolean
  readonly publicUrl: string
}

/**
 * Limits the connections of a server, so that one client leaves room for others and descriptors for
 * the rest of the process. A connection beyond a limit replaces the longest idle one, which is of
 * the same address if that address exceeds its own limit. The new connection is refused if none is
 * idle.
 */
export function limitConnections(server: Server, { limits, isProxy, publicUrl }: Options): void {
  const connections = new Connections()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    const { all, own } = connections.add(socket, isProxy(plainAddress(address)) ? null : addressKey(address))
    const full = own !== null && own.size > limits.perAddress ? own : all.size > limits.inAll ? all : null
    const [oldest] = full?.idle ?? []
    if (full === null) return
    // The newest connection is idle too, and is last.
    const leaving = oldest ?? socket
    connections.remove(leaving)
    if (leaving === socket) refuse(socket, publicUrl)
    else leaving.destroy()
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    connections.begin(socket)
    response.once('close', () => connections.end(socket))
  })
  // An upgraded connection stays busy until it ends.
  server.on('upgrade', (_request, socket) => connections.begin(socket as Socket))
}

class Group {
  size = 0
  /** Connections without a request, idle longest first. */
  readonly idle = new Set<Socket>()
}

interface Connection {
  readonly groups: readonly Group[]
  readonly key: string | null
  requests: number
}

/** The open connections, in total and by address. */
class Connections {
  readonly #all = new Group()
  readonly #byAddress = new Map<string, Group>()
  readonly #open = new Map<Socket, Connection>()

  /** `key`: the counted form of the address; null for an address without its own limit. */
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

/** The most connections for which a server has memory. */
const most = 20_000
/** The default if the system does not report a limit. */
const usualOpenFiles = 1024

/**
 * Returns limits that leave this process enough descriptors. A third of them is for connections,
 * another for the files sent or received over them, and the last for sandboxes, the database and
 * logs.
 */
export function connectionsHere(inAll: number | null, perAddress: number | null): ConnectionLimits {
  const all = inAll ?? Math.min(most, Math.floor(openFiles() / 3))
  return { inAll: all, perAddress: Math.min(all, perAddress ?? Math.ceil(all / 4)) }
}

/**
 * Returns the number of files that this process may open. Node.js has raised it to the hard limit.
 */
function openFiles(): number {
  if (process.platform !== 'linux') return usualOpenFiles
  const [, soft = ''] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) || usualOpenFiles
}
