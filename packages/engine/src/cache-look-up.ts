import type { Instant } from './core/model.ts'

/**
 * Inputs and result of a cache lookup, for explaining why a step ran or did not. Values are digests
 * only.
 */
export interface CacheLookUp {
  /** Identifies the step across builds: namespace that it writes to, pipeline and key. */
  readonly place: string
  /** The same for each namespace that it may find entries in. Empty when the step had to run. */
  readonly places: readonly string[]
  /** Lookup key L (`ir.md` 2.5). */
  readonly key: string
  readonly inputs: LookUpInputs
  /** The entry that was found; null for none. */
  readonly hit: {
    /**
     * The step that made it, as `BuildContext.origin` names it, with `step` and `job`. Entries of
     * earlier releases have no `job`.
     */
    readonly origin: Readonly<Record<string, string>>
    readonly createdAt: Instant
  } | null
  /** Whether there was a damaged entry, which counts as none. */
  readonly damaged: boolean
}

/** The parts of L and of its namespace. */
export interface LookUpInputs {
  /** The pipeline's claim, `cache.key`. */
  readonly claim: string
  readonly command: string
  /** Digest of the root image. */
  readonly image: string
  readonly platform: string
  /** Digest of L of the parent; null for a step that begins with an image. */
  readonly parent: string | null
  readonly variables: Readonly<Record<string, string>>
  /**
   * Digests of the watched files, one per aspect. Absent when the policy watches none, and in notes
   * of earlier releases.
   */
  readonly files?: {
    readonly paths: string
    /** Digest of the kinds (file, folder, link) and of the targets of links. */
    readonly types: string
    readonly modes: string
    readonly contents: string
  }
  /**
   * Digest of the files of each input, by path and step. Absent without inputs, and in notes of
   * earlier releases.
   */
  readonly given?: Readonly<Record<string, string>>
  /**
   * Digest of what each service is made from, by name. Absent without services, and in notes of
   * earlier releases.
   */
  readonly services?: Readonly<Record<string, string>>
  /**
   * Digest of the files of its shard of a split. Absent without one, and in notes of earlier
   * releases.
   */
  readonly split?: string
}
