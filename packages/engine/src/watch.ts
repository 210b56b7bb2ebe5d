/** Receives the events that the operator of an engine counts. Its functions must not throw. */
export interface EngineWatch {
  /** A search for work found jobs after this many milliseconds. */
  looked(ms: number): void
  /**
   * A job was leased this long after it was ready. `files` is the place of the files from which the
   * job starts.
   */
  leased(job: { readonly pool: string | null; readonly waitMs: number; readonly files: 'home' | 'away' | 'none' }): void
  /**
   * Bytes of a layer came from a runner, or were read for one, including bytes of an interrupted
   * read. `directly` means between the runner and the store. `from_peers` is reported by the
   * runner.
   */
  layerMoved(
    way: 'stored' | 'fetched' | 'stored_directly' | 'fetched_directly' | 'fetched_from_peers',
    bytes: number,
  ): void
  /** A lease has ended because it was not renewed. */
  leaseLost(): void
  /** A report arrived under a lost lease and was ignored. */
  refused(): void
}
