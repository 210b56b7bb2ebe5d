/** Gives all who ask the same at the same moment one answer, so that a thousand readers cost one query. */
export class AskOnce {
  readonly #running = new Map<string, Promise<unknown>>()

  /** `what` names the question: equal names, equal answers. */
  ask<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const running = this.#running.get(what)
    // The name is the question, so the answer has its type.
    if (running !== undefined) return running as Promise<T>
    const asked = ask().finally(() => this.#running.delete(what))
    this.#running.set(what, asked)
    return asked
  }
}
