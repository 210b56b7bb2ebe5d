import { Refused } from './refused.ts'

/** Smaller bodies count only together with others, so that they keep no large one waiting. */
const smallBytes = 64 * 1024

/** Limits the bytes of bodies that are in memory at a time, of each owner and together. */
export class Budget {
  readonly #perOwner: number
  readonly #together: number
  readonly #taken = new Map<string, number>()
  #sum = 0

  constructor(perOwner: number, together: number) {
    this.#perOwner = perOwner
    this.#together = together
  }

  /**
   * Takes room for a body and returns what gives it back. A body beyond a limit still has room where
   * nothing else is. Throws `Refused` when there is none.
   */
  take(owner: string, bytes: number): () => void {
    const own = this.#taken.get(owner) ?? 0
    if (
      (own > 0 && bytes > smallBytes && own + bytes > this.#perOwner) ||
      (this.#sum > 0 && this.#sum + bytes > this.#together)
    )
      throw new Refused(503, 'busy', 'Too many bytes are on their way.', { 'retry-after': '1' })
    this.#change(owner, bytes)
    return () => this.#change(owner, -bytes)
  }

  #change(owner: string, by: number): void {
    this.#sum += by
    if (Math.abs(by) <= smallBytes) return
    const own = (this.#taken.get(owner) ?? 0) + by
    if (own > 0) this.#taken.set(owner, own)
    else this.#taken.delete(owner)
  }
}
