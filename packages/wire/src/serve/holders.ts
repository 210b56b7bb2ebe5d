import type { LeaseRef, Store } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { FencedJob } from '../protocol.ts'

interface Holder {
  readonly runner: string
  readonly buildId: string
}

/** Time for which a positive answer is cached, which saves a statement for each append. */
const knownForMs = 10_000
const mostKnown = 10_000

/**
 * Knows which runner a lease was given to; the store decides whether the lease still lasts. The
 * answer for a lease changes only if a database loses commits in a failover and the runner sends no
 * random id. So a positive answer is cached for some seconds, and a negative one never.
 */
export class Holders {
  readonly #leases: Pick<Store['leases'], 'holder'>
  readonly #known = new Map<string, Holder & { readonly until: number }>()
  /** Look-ups in progress: after a cancel, every waiting runner looks up the same lease. */
  readonly #asked = new Map<string, Promise<Holder | null>>()

  constructor(leases: Pick<Store['leases'], 'holder'>) {
    this.#leases = leases
  }

  /** Returns whether this lease was given to this runner. */
  async holds(runner: string, { buildId, ...lease }: Omit<LeaseRef, 'buildId'> & { readonly buildId?: string }) {
    const isTheirs = (holder: Holder | null | undefined) =>
      holder?.runner === runner && (buildId === undefined || holder.buildId === buildId)
    const key = keyOf(lease)
    const known = this.#known.get(key)
    if (known !== undefined && known.until > now() && isTheirs(known)) return true
    return isTheirs(await this.#ask(key, lease))
  }

  /** Records leases that were just given to a runner. */
  note(runner: string, leases: readonly LeaseRef[]): void {
    for (const lease of leases) this.#remember(keyOf(lease), { runner, buildId: lease.buildId })
  }

  async #ask(key: string, lease: FencedJob): Promise<Holder | null> {
    const asking = this.#asked.get(key) ?? this.#leases.holder(lease)
    this.#asked.set(key, asking)
    try {
      const found = await asking
      if (found !== null) this.#remember(key, found)
      return found
    } finally {
      this.#asked.delete(key)
    }
  }

  #remember(key: string, { runner, buildId }: Holder): void {
    this.#known.delete(key)
    this.#known.set(key, { runner, buildId, until: now() + knownForMs })
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest)
  }
}

function keyOf({ jobId, fence, leaseId }: FencedJob): string {
  return `${jobId} ${fence} ${leaseId ?? ''}`
}
