/**
 * Runs the same question once for all who ask it at the same time, so that a thousand readers cost
 * two queries. Nobody gets an answer that was begun before the question: the change that woke a
 * reader is in it.
 */
export class SingleFlight {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #next = new Map<string, Promise<unknown>>()

  /** `question` names what `ask` asks: equal names, equal answers. */
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
    // The name is the question, so the answer has its type.
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
