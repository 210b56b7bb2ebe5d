import { ApiProblem } from './problem.ts'
import { isPassing } from './query-client.ts'

/** Returns a key under which a repeated change takes effect once (`http.md` 7.5). */
export function newIdempotencyKey(): string {
  // `crypto.randomUUID` needs a secure context, and a server may be on plain HTTP in a private
  // network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Sends the changes of one form or button. A request that is sent again after a lost answer keeps
 * its key, so that it takes effect once. A request with other contents gets a new key, and so does
 * one after an answer, for example after a top-up: the server would repeat a refusal for a day.
 */
export class Intention {
  #open: { readonly text: string; readonly key: string } | null = null

  /** `contents`: everything that tells this request from another, as JSON. */
  async send<Result>(contents: unknown, request: (key: string) => Promise<Result>): Promise<Result> {
    const text = JSON.stringify(contents)
    const sent = this.#open?.text === text ? this.#open : { text, key: newIdempotencyKey() }
    this.#open = sent
    const end = () => {
      if (this.#open === sent) this.#open = null
    }
    try {
      const result = await request(sent.key)
      end()
      return result
    } catch (error) {
      if (isAnswer(error)) end()
      throw error
    }
  }
}

/** Whether the server has decided about the request. It may still be at work on it. */
function isAnswer(error: unknown): boolean {
  const isDecided = error instanceof ApiProblem && error.problem.code !== 'idempotency_key_in_progress'
  return isDecided && !isPassing(error)
}
