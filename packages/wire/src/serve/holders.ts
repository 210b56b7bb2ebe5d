import type { LeaseRef, Store } from '@harmont/engine'

const mostKnown = 10_000

/**
 * Knows which runner a lease was given to. That never changes for a job and a fencing number, so it
 * is remembered; whether the lease still lasts is for the store to say.
 */
export class Holders {
  readonly #leases: Pick<Store['leases'], 'holder'>
  readonly #known = new Map<string, { readonly runner: string; readonly buildId: string }>()
  /** Look-ups under way: a cancel has every waiting runner ask for the same lease. */
  readonly #asked = new Map<string, ReturnType<Store['leases']['holder']>>()

  constructor(leases: Pick<Store['leases'], 'holder'>) {
    this.#leases = leases
  }

  /** Returns whether this lease was given to this runner. */
  async holds(runner: string, { jobId, buildId, fence }: Omit<LeaseRef, 'buildId'> & { readonly buildId?: string }) {
    const holder = await this.#holder(jobId, fence)
    return holder !== null && holder.runner === runner && (buildId === undefined || holder.buildId === buildId)
  }

  /** Notes leases that were just given to a runner. */
  note(runner: string, leases: readonly LeaseRef[]): void {
    for (const { jobId, buildId, fence } of leases) this.#remember(`${jobId} ${fence}`, { runner, buildId })
  }

  async #holder(jobId: string, fence: number): ReturnType<Store['leases']['holder']> {
    const key = `${jobId} ${fence}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const asking = this.#asked.get(key) ?? this.#leases.holder(jobId, fence)
    this.#asked.set(key, asking)
    try {
      const found = await asking
      if (found !== null) this.#remember(key, found)
      return found
    } finally {
      this.#asked.delete(key)
    }
  }

  #remember(key: string, holder: { readonly runner: string; readonly buildId: string }): void {
    this.#known.delete(key)
    this.#known.set(key, holder)
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest)
  }
}
