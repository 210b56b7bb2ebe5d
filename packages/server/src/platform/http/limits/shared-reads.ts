import type { IncomingMessage } from 'node:http'
import { Turns } from '@harmont/engine'
import { addressKey } from '../../rate-limits/address-key.ts'
import { credentialOf } from '../request/credential.ts'

/** A quarter of the connections to the database. */
const mostReads = 5

/**
 * The number of waiting reads, far more than a page causes, beyond which a caller gets one read at
 * a time. Server and database are then idle half the time for other callers.
 */
const crowd = 16

/**
 * Limits the concurrent reads of each caller; further reads wait in order. Without this limit, a
 * caller with a hundred requests would occupy every connection to the database.
 */
export class SharedReads {
  readonly #callers = new Map<string, { readonly turns: Turns; open: number }>()

  /** Runs `work` at the caller's turn. Returns null if `gone` is aborted before that. */
  async take<T>(key: string, gone: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    const caller = this.#callers.get(key) ?? { turns: new Turns(mostReads, crowd), open: 0 }
    caller.open++
    this.#callers.set(key, caller)
    let begun = false
    try {
      return await caller.turns.take(gone, () => {
        begun = true
        return work()
      })
    } catch (error) {
      if (!begun) return null
      throw error
    } finally {
      if (--caller.open === 0) this.#callers.delete(key)
    }
  }
}

interface CallerFacts {
  readonly cookieName: string
  readonly addressOf: (request: IncomingMessage) => string
}

/** Returns the key of a request's caller: the unverified credential, or otherwise the address. */
export function callerKey({ cookieName, addressOf }: CallerFacts, request: IncomingMessage): string {
  const token = credentialOf(request.headers, cookieName)?.token
  return token === undefined ? `address ${addressKey(addressOf(request))}` : `token ${token}`
}
