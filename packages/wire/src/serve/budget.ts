import { Refused } from './refused.ts'

/** Smaller bodies count only in the total, so that they do not delay a large one. */
const smallBytes = 64 * 1024

/** Limits the bytes of bodies in memory, for each owner and in total. */
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
   * Reserves room for a body and returns a function that releases it. A body beyond a limit has
   * room if no other body counts toward that limit. Throws `Refused` if there is no room.
   */
  take(owner: string, bytes: number): () => void {
    const own = this.#taken.get(owner) ?? 0
    if (
      (own > 0 && bytes > smallBytes && own + bytes > this.#perOwner) ||
      (this.#sum > 0 && this.#sum + bytes > this.#together)
    )
      throw new Refused(503, 'busy', 'Too many bytes are in transit.', { 'retry-after': '1' })
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
