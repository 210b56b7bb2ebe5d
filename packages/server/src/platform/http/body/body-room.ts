import { getHeapStatistics } from 'node:v8'
import { apiError } from '../api-error.ts'
import { bodyLimit } from './request-bytes.ts'

/** How many bytes of bodies may be in memory at a time. */
export interface RoomLimits {
  readonly inAll: number
  readonly perCaller: number
}

/** What the body of one request takes of the room. */
export interface HeldBody {
  /** Says how much of it is held now; it never shrinks. Throws 429 when its caller holds too much, 503 when all together do. */
  hold(bytes: number): void
  /** To be called when its request is over. */
  release(): void
}

/** So much of each body takes no room: an ordinary request is never refused for what others hold. */
const freeBytes = 16 * 1024

/** Counts what is held of bodies that are read, or whose requests are not answered yet. */
export class BodyRoom {
  readonly #limits: RoomLimits
  readonly #byCaller = new Map<string, number>()
  #inAll = 0

  constructor(limits: RoomLimits) {
    this.#limits = limits
  }

  /** `caller`: a user, or an address where nobody knows who asks. */
  open(caller: string): HeldBody {
    let held = 0
    return {
      hold: (bytes) => {
        const more = Math.max(0, bytes - freeBytes) - held
        if (more <= 0) return
        this.#requireRoom(caller, more)
        this.#take(caller, more)
        held += more
      },
      release: () => {
        this.#take(caller, -held)
        held = 0
      },
    }
  }

  #requireRoom(caller: string, more: number): void {
    const headers = { 'retry-after': '1' }
    const { inAll, perCaller } = this.#limits
    if ((this.#byCaller.get(caller) ?? 0) + more > perCaller) {
      const message = `Your concurrent requests exceed ${perCaller} bytes; send fewer at a time.`
      throw apiError('rate_limited', message, { headers })
    }
    if (this.#inAll + more > inAll)
      throw apiError('service_unavailable', 'Too many large request bodies are in flight; send this one again.', {
        headers,
      })
  }

  #take(caller: string, bytes: number): void {
    this.#inAll += bytes
    const left = (this.#byCaller.get(caller) ?? 0) + bytes
    if (left === 0) this.#byCaller.delete(caller)
    else this.#byCaller.set(caller, left)
  }
}

/** Returns limits that fit the memory of this process: what a body says takes several times its bytes while it is looked at. A body of any allowed size fits. */
export function roomHere(): RoomLimits {
  const inAll = Math.max(4 * bodyLimit.webhook, Math.floor(getHeapStatistics().heap_size_limit / 32))
  return { inAll, perCaller: Math.max(bodyLimit.webhook, Math.floor(inAll / 4)) }
}
