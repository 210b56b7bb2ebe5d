/**
 * Shares one run of a query among concurrent callers, so that a thousand readers cost two queries.
 * No caller gets the result of a run that started before its call, so the result includes the
 * change that woke it.
 */
export class SingleFlight {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #next = new Map<string, Promise<unknown>>()

  /** Runs `ask`, or joins a run of the same `question`. Equal questions must have equal answers. */
  run<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const running = this.#running.get(question)
    if (running === undefined) return this.#start(question, ask)
    const next =
      this.#next.get(question) ??
      running.then(
        () => this.#startNext(question, ask),
        () => this.#startNext(question, ask),
      )
    this.#next.set(question, next)
    // Equal questions have answers of equal types.
    return next as Promise<T>
  }

  #startNext<T>(question: string, ask: () => Promise<T>): Promise<T> {
    this.#next.delete(question)
    return this.#start(question, ask)
  }

  #start<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const asked = ask().finally(() => this.#running.delete(question))
    this.#running.set(question, asked)
    return asked
  }
}
