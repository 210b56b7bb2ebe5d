/**
 * Gives all who ask the same while it is being asked one answer, so that a thousand readers cost two queries. Nobody gets an answer that was begun before
 * the question: what a reader was woken by is in it.
 */
export class AskOnce {
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #next = new Map<string, Promise<unknown>>()

  /** `what` names the question: equal names, equal answers. */
  ask<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const running = this.#running.get(what)
    if (running === undefined) return this.#start(what, ask)
    const next =
      this.#next.get(what) ??
      running.then(
        () => this.#startNext(what, ask),
        () => this.#startNext(what, ask),
      )
    this.#next.set(what, next)
    // The name is the question, so the answer has its type.
    return next as Promise<T>
  }

  #startNext<T>(what: string, ask: () => Promise<T>): Promise<T> {
    this.#next.delete(what)
    return this.#start(what, ask)
  }

  #start<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const asked = ask().finally(() => this.#running.delete(what))
    this.#running.set(what, asked)
    return asked
  }
}
