/** Limits the open resources of each owner in this process. */
export class Seats {
  readonly #most: number
  readonly #refusal: () => Error
  readonly #taken = new Map<string, number>()

  /** `refusal` creates the error for an owner at the limit. */
  constructor(most: number, refusal: () => Error) {
    this.#most = most
    this.#refusal = refusal
  }

  /** Throws the refusal if the owner has no seat left. */
  requireFree(owner: string): void {
    if ((this.#taken.get(owner) ?? 0) >= this.#most) throw this.#refusal()
  }

  /**
   * Takes a seat. Returns the function that frees it, to be called once. Throws the refusal if none
   * is left.
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
