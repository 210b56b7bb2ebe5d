/**
 * Does the same work once for all that ask for it in one turn of the event loop. It begins after the
 * last of them has asked.
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
