import {
  type Applied,
  type CacheLookUp,
  createMemoryStore,
  type MemoryStore,
  type SplitMemory,
  type StoreSettings,
} from '@harmont/engine'

export interface StoreListener {
  /** Called when a build changed. Not awaited. */
  applied(applied: Applied): void
  /** Called when a job was leased to the runner. Not awaited. */
  leased(jobId: string): void
  /** Called when a cached step was looked up. Not awaited. */
  lookedUp(jobId: string, lookUp: CacheLookUp): void
  /**
   * Called when the log of a job or its service has grown. The writer continues when this resolves.
   */
  logged(jobId: string, service?: string): Promise<void>
}

/**
 * Opens a memory store that notifies a listener, in order. A slow listener slows only the reading
 * of output.
 */
export function createLocalStore(
  settings: Partial<StoreSettings>,
  splits: SplitMemory,
  listener: StoreListener,
): MemoryStore {
  const store = createMemoryStore(settings, splits)
  return {
    ...store,
    builds: {
      ...store.builds,
      async apply(buildId, events, output) {
        const applied = await store.builds.apply(buildId, events, output)
        if (applied !== undefined) listener.applied(applied)
        return applied
      },
    },
    leases: {
      ...store.leases,
      async take(runner, slots, now) {
        const leases = await store.leases.take(runner, slots, now)
        for (const { jobId } of leases) listener.leased(jobId)
        return leases
      },
      noteLookUp(lease, at, lookUp) {
        listener.lookedUp(lease.jobId, lookUp)
        return store.leases.noteLookUp(lease, at, lookUp)
      },
    },
    logs: {
      ...store.logs,
      async append(lease, chunks, spoolPosition) {
        const isKept = await store.logs.append(lease, chunks, spoolPosition)
        if (isKept && chunks.length > 0) await listener.logged(lease.jobId, lease.service)
        return isKept
      },
    },
  }
}
