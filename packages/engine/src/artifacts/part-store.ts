/**
 * Stores the parts of artifacts under the SHA-256 of their bytes. The owner of the engine provides
 * the store.
 */
export interface PartStore {
  /**
   * Returns the parts that the store lacks. Stored parts, and parts added by `put`, stay at least
   * until the job has ended, and then as long as the job's artifacts do.
   */
  lacking(job: PartOwner, wanted: WantedParts): Promise<LackingParts>
  /** Stores a part; does nothing if the store has it. Fails if the bytes have another digest. */
  put(job: PartOwner, digest: string, bytes: Uint8Array): Promise<void>
}

/** The job that owns the artifacts. */
interface PartOwner {
  readonly jobId: string
  readonly buildId: string
}

/** The parts of all artifacts of a step. */
export interface WantedParts {
  readonly digests: readonly string[]
  /** Total size of the artifacts. */
  readonly bytes: number
}

export type LackingParts =
  | { readonly kind: 'lacking'; readonly digests: readonly string[] }
  /** The store has no room for these artifacts. The message is written to the step's log. */
  | { readonly kind: 'refused'; readonly message: string }
