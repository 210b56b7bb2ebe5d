import type { IncomingMessage } from 'node:http'
import { addressKey } from '../../rate-limits/address-key.ts'
import { Turns } from '../../turns.ts'
import { credentialOf } from '../request/credential.ts'

/** A quarter of the connections to the database. */
const mostReads = 5

/** A caller for whom more than these wait, far beyond what a page asks for, gets one answer at a time: the others then find the server and the database idle half the time. */
const crowd = 16

/**
 * Lets each caller have only so many reads under way; the caller's others wait, in their order. Without it, whoever asks for a hundred things at once takes
 * every connection to the database, and all others wait until the last of them is answered.
 */
export class SharedReads {
  readonly #callers = new Map<string, { readonly turns: Turns; open: number }>()

  /** Works when the turn of the caller with this key has come; null when `gone` came before that. */
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
