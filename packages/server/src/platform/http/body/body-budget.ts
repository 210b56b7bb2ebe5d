import { getHeapStatistics } from 'node:v8'
import { apiError } from '../api-error.ts'
import { bodyLimit } from './request-bytes.ts'

/** The most bytes of request bodies in memory at a time. */
export interface BudgetLimits {
  readonly inAll: number
  readonly perCaller: number
}

/** The memory that one request's body takes. */
export interface BudgetShare {
  /**
   * Reports the current size, which never shrinks. Throws 429 if its caller holds too much, and 503
   * if all callers together do.
   */
  hold(bytes: number): void
  /** Must be called at the end of the request. */
  release(): void
}

/**
 * The first bytes of each body are not counted, so that small requests are never refused because of
 * others.
 */
const freeBytes = 16 * 1024

/** Counts the bytes of bodies until the response to their request has been sent. */
export class BodyBudget {
  readonly #limits: BudgetLimits
  readonly #byCaller = new Map<string, number>()
  #inAll = 0

  constructor(limits: BudgetLimits) {
    this.#limits = limits
  }

  /** `caller`: a user, or an address if the user is unknown. */
  open(caller: string): BudgetShare {
    let held = 0
    return {
      hold: (bytes) => {
        const more = Math.max(0, bytes - freeBytes) - held
        if (more <= 0) return
        this.#requireBudget(caller, more)
        this.#take(caller, more)
        held += more
      },
      release: () => {
        this.#take(caller, -held)
        held = 0
      },
    }
  }

  #requireBudget(caller: string, more: number): void {
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

/**
 * Returns limits that fit the memory of this process. They account for parsing, which takes several
 * times the bytes of a body, and admit a body of any allowed size.
 */
export function budgetHere(): BudgetLimits {
  const inAll = Math.max(4 * bodyLimit.webhook, Math.floor(getHeapStatistics().heap_size_limit / 32))
  return { inAll, perCaller: Math.max(bodyLimit.webhook, Math.floor(inAll / 4)) }
}
