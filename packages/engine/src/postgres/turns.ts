/**
 * Processes requests with the same key in turns. Requests that arrive during a turn share the next
 * one, so ten events of a build that arrive together are one transaction.
 */
export class Turns<Request> {
  readonly #waiting = new Map<string, Request[]>()
  readonly #take: (key: string, requests: readonly Request[]) => Promise<void>
  readonly #most: number

  /** `take` handles up to `most` requests together and answers each; it must not reject. */
  constructor(most: number, take: (key: string, requests: readonly Request[]) => Promise<void>) {
    this.#most = most
    this.#take = take
  }

  add(key: string, request: Request): void {
    const waiting = this.#waiting.get(key)
    if (waiting) {
      waiting.push(request)
      return
    }
    this.#waiting.set(key, [request])
    // Runs after the current batch of network events, so that requests that arrived with this one
    // join it.
    setImmediate(() => void this.#run(key))
  }

  async #run(key: string): Promise<void> {
    const waiting = this.#waiting.get(key) ?? []
    while (waiting.length > 0) await this.#take(key, waiting.splice(0, this.#most))
    this.#waiting.delete(key)
  }
}
