import { once } from 'node:events'
import { connect } from 'node:net'
import { hasCode } from '../../system/files.ts'

/** Maximum number of addresses and ports that one link may reach directly. */
const mostPlaces = 2_000
const presentMs = 2_000

/**
 * Opens addresses to links although the guard has no right to change packet rules. The guard
 * connects to the address itself, from the port whose number is the ticket of the link. The
 * machine's packet rules treat each connection of the guard to a port other than 443 as such a
 * request. If the address is public or the operator allows it, they open it to that link. They then
 * reset the connection, which tells the guard that the address is open.
 */
export class Tickets {
  readonly #address: string
  /** By ticket. */
  readonly #opened = new Map<number, Set<string>>()
  readonly #presented = new Map<string, Promise<boolean>>()

  /** @param address the guard's own address. */
  constructor(address: string) {
    this.#address = address
  }

  /**
   * Opens an address and port, or extends the time for which they are open. Returns false if the
   * rules or the limit forbid it.
   */
  async present(ticket: number, address: string, port: number): Promise<boolean> {
    const opened = this.#opened.get(ticket) ?? new Set()
    this.#opened.set(ticket, opened)
    const place = `${address}:${port}`
    if (!opened.has(place) && opened.size >= mostPlaces) return false
    opened.add(place)
    // Two connections with the same ports and addresses cannot exist at the same time.
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
      return false // The packet rules are missing.
    } catch (error) {
      return hasCode(error, 'ECONNREFUSED')
    } finally {
      socket.destroy()
    }
  }

  /** Removes the state of a link that no longer exists. */
  forget(ticket: number): void {
    this.#opened.delete(ticket)
  }
}
