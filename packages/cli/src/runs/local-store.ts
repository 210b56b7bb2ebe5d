import {
  type Applied,
  type BuildEvent,
  type Lease,
  type LeaseRef,
  MemoryStore,
  type StoreSettings,
} from '@harmont/engine'
import type { Chunk } from '@harmont/logs'

export interface StoreListener {
  /** Something happened to a build. Not waited for. */
  applied(applied: Applied): void
  /** A job has been given to the runner. Not waited for. */
  leased(jobId: string): void
  /** A job's log has more. The writer goes on when this resolves. */
  logged(jobId: string): Promise<void>
}

/** A memory store that tells of everything in the order in which it happens. A listener that is slow slows reading of output, and nothing else. */
export class LocalStore extends MemoryStore {
  readonly #listener: StoreListener

  constructor(settings: Partial<StoreSettings>, listener: StoreListener) {
    super(settings)
    this.#listener = listener
  }

  override async apply(buildId: string, events: readonly BuildEvent[]): Promise<Applied | undefined> {
    const applied = await super.apply(buildId, events)
    if (applied !== undefined) this.#listener.applied(applied)
    return applied
  }

  override async lease(...wanted: Parameters<MemoryStore['lease']>): Promise<readonly Lease[]> {
    const leases = await super.lease(...wanted)
    for (const { jobId } of leases) this.#listener.leased(jobId)
    return leases
  }

  override async append(
    lease: Pick<LeaseRef, 'jobId' | 'fence'>,
    chunks: readonly Chunk[],
    spoolPosition: string,
  ): Promise<boolean> {
    const isKept = await super.append(lease, chunks, spoolPosition)
    if (isKept && chunks.length > 0) await this.#listener.logged(lease.jobId)
    return isKept
  }
}
