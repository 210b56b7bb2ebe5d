import { type Bucket, type Buckets, tokenMs } from './buckets.ts'

/**
 * Buckets in the memory of this process. At most `most` are kept per limit; the least recently used
 * are removed first.
 */
export class ProcessBuckets implements Buckets {
  readonly #most: number
  readonly #now: () => number
  /** The times at which buckets are full, by limit, and then by key in the order of use. */
  readonly #fullAt = new Map<string, Map<string, number>>()

  constructor(most = 50_000, now: () => number = () => performance.now()) {
    this.#most = most
    this.#now = now
  }

  async take(bucket: Bucket): Promise<number> {
    const { name, key, rule } = bucket
    const now = this.#now()
    const waitMs = this.#waitMs(bucket, now)
    if (waitMs > 0) return waitMs
    const buckets = this.#of(name)
    const fullAt = Math.max(buckets.get(key) ?? 0, now) + tokenMs(rule)
    buckets.delete(key)
    buckets.set(key, fullAt)
    this.#forget(buckets, now)
    return 0
  }

  async wait(bucket: Bucket): Promise<number> {
    return this.#waitMs(bucket, this.#now())
  }

  /** The number of buckets in memory. */
  get size(): number {
    return [...this.#fullAt.values()].reduce((sum, buckets) => sum + buckets.size, 0)
  }

  #waitMs({ name, key, rule }: Bucket, now: number): number {
    const fullAt = this.#of(name).get(key) ?? 0
    const waitMs = Math.max(fullAt, now) + tokenMs(rule) - now - rule.seconds * 1000
    // A wait below a microsecond is a rounding error.
    return waitMs < 0.001 ? 0 : waitMs
  }

  #of(name: string): Map<string, number> {
    const found = this.#fullAt.get(name)
    if (found !== undefined) return found
    const made = new Map<string, number>()
    this.#fullAt.set(name, made)
    return made
  }

  /**
   * Removes full buckets, which equal absent ones. Checks two buckets for each added one, so that
   * full ones cannot accumulate.
   */
  #forget(buckets: Map<string, number>, now: number): void {
    let looked = 0
    for (const [key, fullAt] of buckets) {
      const isOver = buckets.size > this.#most
      if (!isOver && (fullAt > now || looked >= 2)) return
      buckets.delete(key)
      looked += 1
    }
  }
}
