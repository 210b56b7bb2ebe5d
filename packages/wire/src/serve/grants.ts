interface Grant<T> {
  readonly id: string
  readonly given: Promise<readonly T[]>
}

const mostRunners = 10_000

/** Remembers the last grant to each runner, for a repeated request after a lost response. */
export class Grants<T> {
  readonly #last = new Map<string, Grant<T>>()

  /**
   * Returns the last grant if it was made under this id. Makes a new grant if there is none, or if
   * it was empty or failed.
   */
  async once(runner: string, id: string, give: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const last = this.#last.get(runner)
    const before = last?.id === id ? await last.given.catch(() => undefined) : undefined
    if (before !== undefined) return before
    const given = give()
    this.#last.delete(runner)
    this.#last.set(runner, { id, given })
    const [oldest] = this.#last.keys()
    if (this.#last.size > mostRunners && oldest !== undefined) this.#last.delete(oldest)
    return given
  }
}
