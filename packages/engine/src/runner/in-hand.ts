import { now } from '@harmont/sandbox'

/** Objects that this process uses and no record names yet. Collection keeps them. */
export class InHand {
  /**
   * Cache hits of jobs whose end is not reported yet. The driver itself reports a new snapshot as
   * in use until its sandbox is gone.
   */
  readonly snapshots = new Claims()
  /** By digest. */
  readonly images = new Recent()
  /** By digest. */
  readonly trees = new Recent()
  /** By absolute path. */
  readonly gitDirectories = new Recent()
}

/** Claimed names, each with any number of users. */
class Claims {
  readonly #counts = new Map<string, number>()

  /** Returns a function that ends the claim. */
  claim(name: string): () => void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    return () => {
      const left = (this.#counts.get(name) ?? 1) - 1
      if (left > 0) this.#counts.set(name, left)
      else this.#counts.delete(name)
    }
  }

  names(): readonly string[] {
    return [...this.#counts.keys()]
  }
}

/** Names with the time of their last use. */
class Recent {
  readonly #usedAt = new Map<string, number>()

  use(name: string): void {
    this.#usedAt.set(name, now())
  }

  /** Returns the names used within the last `ms`, and forgets the others. */
  within(ms: number): ReadonlySet<string> {
    const since = now() - ms
    for (const [name, at] of this.#usedAt) if (at < since) this.#usedAt.delete(name)
    return new Set(this.#usedAt.keys())
  }
}
