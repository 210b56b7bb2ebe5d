import type { IncomingMessage } from 'node:http'
import { Turns } from '@harmont/engine'
import { addressKey } from '../../rate-limits/address-key.ts'
import { credentialOf } from '../request/credential.ts'

/** A quarter of the connections to the database. */
const mostReads = 5

/**
 * A caller with more waiting reads than this, far more than a page makes, gets one answer at a
 * time. The others then find server and database idle half the time.
 */
const crowd = 16

/**
 * Limits the concurrent reads of each caller; further reads wait in order. Without it, a caller
 * with a hundred requests takes every connection to the database until the last is answered.
 */
export class SharedReads {
  readonly #callers = new Map<string, { readonly turns: Turns; open: number }>()

  /** Runs `work` when the caller's turn has come; returns null when `gone` comes first. */
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

/** Returns the key of a request's caller: the credential, checked or not, else the address. */
export function callerKey({ cookieName, addressOf }: CallerFacts, request: IncomingMessage): string {
  const token = credentialOf(request.headers, cookieName)?.token
  return token === undefined ? `address ${addressKey(addressOf(request))}` : `token ${token}`
}
