import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressKey } from '../rate-limits/address-key.ts'
import { Turns } from '../turns.ts'
import { credentialOf } from './credential.ts'
import type { Shell } from './shell.ts'

/** A quarter of the connections to the database. */
const mostReads = 5

/**
 * Lets each caller have only so many reads under way; the caller's others wait, in their order. Without it, whoever asks for a hundred things at once takes
 * every connection to the database, and all others wait until the last of them is answered.
 */
export class SharedReads {
  readonly #callers = new Map<string, { readonly turns: Turns; open: number }>()

  /** Works when the caller's turn has come; null when the caller left before that. */
  async take<T>(
    shell: Pick<Shell, 'addressOf' | 'cookieName'>,
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<T>,
  ): Promise<T | null> {
    const token = credentialOf(request.headers, shell.cookieName)?.token
    const key = token === undefined ? `address ${addressKey(shell.addressOf(request.raw))}` : `token ${token}`
    const caller = this.#callers.get(key) ?? { turns: new Turns(mostReads), open: 0 }
    caller.open++
    this.#callers.set(key, caller)
    const gone = new AbortController()
    const leave = () => gone.abort(new Error('the caller has left'))
    reply.raw.once('close', leave)
    try {
      return await caller.turns.take(gone.signal, work)
    } catch (error) {
      if (gone.signal.aborted && error === gone.signal.reason) return null
      throw error
    } finally {
      reply.raw.off('close', leave)
      if (--caller.open === 0) this.#callers.delete(key)
    }
  }
}
