import { once } from 'node:events'
import { connect } from 'node:net'
import { hasCode } from '../../system/files.ts'

/** The most places that one link may reach by their addresses. */
const mostPlaces = 2_000
const presentMs = 2_000

/**
 * Opens addresses to links without a right to change packet rules. The guard connects to the place
 * itself, from the port whose number is the ticket of the link. The rules of the machine take each
 * connection of the guard to another port than 443 as such: they add the place to that link, if it
 * is public or the operator allows it, and refuse the connection, which tells that it is open.
 */
export class Tickets {
  readonly #address: string
  /** By ticket. */
  readonly #opened = new Map<number, Set<string>>()
  readonly #presented = new Map<string, Promise<boolean>>()

  /** @param address the guard's own. */
  constructor(address: string) {
    this.#address = address
  }

  /** Opens a place, or keeps it open for longer. False if the rules, or the limit, forbid it. */
  async present(ticket: number, address: string, port: number): Promise<boolean> {
    const opened = this.#opened.get(ticket) ?? new Set()
    this.#opened.set(ticket, opened)
    const place = `${address}:${port}`
    if (!opened.has(place) && opened.size >= mostPlaces) return false
    opened.add(place)
    // Two connections of the same ports and addresses exclude each other.
    const key = `${ticket} ${place}`
    const presented = this.#presented.get(key) ?? this.#connect(ticket, address, port)
    this.#presented.set(key, presented)
    try {
      return await presented
    } finally {
      this.#presented.delete(key)
    }
  }

  async #connect(localPort: number, host: string, port: number): Promise<boolean> {
    const socket = connect({ host, port, localAddress: this.#address, localPort })
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(presentMs) })
      return false // The rules are not there.
    } catch (error) {
      return hasCode(error, 'ECONNREFUSED')
    } finally {
      socket.destroy()
    }
  }

  /** Forgets a link that is gone. */
  forget(ticket: number): void {
    this.#opened.delete(ticket)
  }
}
