/**
 * Ends an earlier poll of a runner when a newer one begins, because nobody waits for the earlier
 * response.
 */
export class Newest {
  readonly #polls = new Map<string, AbortController>()

  begin(poll: string, own: AbortController): void {
    this.#polls.get(poll)?.abort()
    this.#polls.set(poll, own)
  }

  end(poll: string, own: AbortController): void {
    if (this.#polls.get(poll) === own) this.#polls.delete(poll)
  }
}
