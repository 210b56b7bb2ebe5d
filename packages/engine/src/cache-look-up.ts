import type { Instant } from './core/model.ts'

/**
 * Inputs and result of a cache lookup, which explain why a step ran or did not. Contains only
 * digests of values.
 */
export interface CacheLookUp {
  /**
   * Identifies the step across builds by the namespace that it writes to, its pipeline and its key.
   */
  readonly place: string
  /**
   * The same identifier for each namespace in which the step may find entries. Empty when the step
   * had to run.
   */
  readonly places: readonly string[]
  /** Lookup key L (`ir.md` 2.5). */
  readonly key: string
  readonly inputs: LookUpInputs
  /** The entry that was found; null for none. */
  readonly hit: {
    /**
     * Step that made the entry: the fields of `BuildContext.origin`, with `step` and `job`. Entries
     * of earlier releases have no `job`.
     */
    readonly origin: Readonly<Record<string, string>>
    readonly createdAt: Instant
  } | null
  /** Whether a damaged entry was found, which counts as none. */
  readonly damaged: boolean
}

/** The components of L and of its namespace. */
export interface LookUpInputs {
  /** The pipeline's claim, `cache.key`. */
  readonly claim: string
  readonly command: string
  /** Digest of the root image. */
  readonly image: string
  readonly platform: string
  /** Digest of the parent's L; null for a step that starts from an image. */
  readonly parent: string | null
  readonly variables: Readonly<Record<string, string>>
  /**
   * Digests of the watched files, one per aspect. Absent when the policy watches none, and in
   * records of earlier releases.
   */
  readonly files?: {
    readonly paths: string
    /** Digest of the entry types (file, folder, link) and of the link targets. */
    readonly types: string
    readonly modes: string
    readonly contents: string
  }
  /**
   * Digest of the files of each input, by path and step. Absent without inputs, and in records of
   * earlier releases.
   */
  readonly given?: Readonly<Record<string, string>>
  /**
   * Digest of the definition of each service, by name. Absent without services, and in records of
   * earlier releases.
   */
  readonly services?: Readonly<Record<string, string>>
  /**
   * Digest of the files in the step's shard of a split. Absent without a shard, and in records of
   * earlier releases.
   */
  readonly split?: string
}
