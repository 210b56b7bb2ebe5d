/** Parts of artifacts, named by the SHA-256 of their bytes. The owner of the engine keeps them. */
export interface PartStore {
  /**
   * Returns which parts it lacks. Parts that it has, and those that `put` adds, stay at least until
   * the job has ended, and from then on as long as the job's artifacts do.
   */
  lacking(job: PartOwner, wanted: WantedParts): Promise<LackingParts>
  /** Keeps a part; does nothing for one that is there. Fails if the bytes have another digest. */
  put(job: PartOwner, digest: string, bytes: Uint8Array): Promise<void>
}

/** The job whose artifacts are stored. */
interface PartOwner {
  readonly jobId: string
  readonly buildId: string
}

/** The parts of all artifacts of a step. */
export interface WantedParts {
  readonly digests: readonly string[]
  /** Size of the artifacts together. */
  readonly bytes: number
}

export type LackingParts =
  | { readonly kind: 'lacking'; readonly digests: readonly string[] }
  /** There is no room for these artifacts. The sentence goes to the step's log. */
  | { readonly kind: 'refused'; readonly message: string }
