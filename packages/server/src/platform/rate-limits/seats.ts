/** Limits how much each owner has open in this process at a time. */
export class Seats {
  readonly #most: number
  readonly #refusal: () => Error
  readonly #taken = new Map<string, number>()

  /** `refusal` makes the error for an owner that has too much open. */
  constructor(most: number, refusal: () => Error) {
    this.#most = most
    this.#refusal = refusal
  }

  /** Throws the refusal when the owner has no seat left. */
  requireFree(owner: string): void {
    if ((this.#taken.get(owner) ?? 0) >= this.#most) throw this.#refusal()
  }

  /**
   * Takes a seat. Returns the function that frees it, to be called once. Throws the refusal when
   * none is left.
   */
  take(owner: string): () => void {
    this.requireFree(owner)
    this.#taken.set(owner, (this.#taken.get(owner) ?? 0) + 1)
    return () => {
      const left = (this.#taken.get(owner) ?? 1) - 1
      if (left === 0) this.#taken.delete(owner)
      else this.#taken.set(owner, left)
    }
  }
}
