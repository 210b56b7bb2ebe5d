import { now } from '@harmont/sandbox'

/** What this process works with and no record names yet. Collecting leaves it alone. */
export class InHand {
  /** Found in the cache for jobs whose end is not reported yet; one that was just taken its sandbox keeps. */
  readonly snapshots = new Set<string>()
  /** Digests. */
  readonly images = new Recent()
  /** Digests. */
  readonly trees = new Recent()
  /** Absolute. */
  readonly gitDirectories = new Recent()
}

/** Names with when they were used last. */
export class Recent {
  readonly #usedAt = new Map<string, number>()

  use(name: string): void {
    this.#usedAt.set(name, now())
  }

  /** Those used within the last `ms`; the others are forgotten. */
  within(ms: number): ReadonlySet<string> {
    const since = now() - ms
    for (const [name, at] of this.#usedAt) if (at < since) this.#usedAt.delete(name)
    return new Set(this.#usedAt.keys())
  }
}
