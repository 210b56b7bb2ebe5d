/**
 * Does the same work once for all callers in one turn of the event loop. The work begins after the
 * last call of the turn.
 */
export class OncePerTurn<T> {
  readonly #asked = new Map<string, Promise<T>>()

  ask(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(key)
    if (known !== undefined) return known
    const begun = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#asked.delete(key)
      return work()
    })
    this.#asked.set(key, begun)
    return begun
  }
}
