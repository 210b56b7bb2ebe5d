/** Hears what the operator of an engine counts. Its functions must not throw. */
export interface EngineWatch {
  /** A look for work found some, after so long. */
  looked(ms: number): void
  /**
   * A job was leased, so long after it was ready. `files`: the place of the files that it starts
   * from.
   */
  leased(job: { readonly pool: string | null; readonly waitMs: number; readonly files: 'home' | 'away' | 'none' }): void
  /**
   * Bytes of a layer came from a runner, or were read for one: those of a read that is cut off too.
   * `directly`: between the runner and the store. `from_peers`: as the runner says.
   */
  layerMoved(
    way: 'stored' | 'fetched' | 'stored_directly' | 'fetched_directly' | 'fetched_from_peers',
    bytes: number,
  ): void
  /** A lease has ended because nobody renewed it. */
  leaseLost(): void
  /** A report came under a lease that was lost, and counted for nothing. */
  refused(): void
}
