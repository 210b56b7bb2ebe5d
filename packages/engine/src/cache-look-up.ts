import type { Instant } from './core/model.ts'

/** What a cached step was looked up with and what there was, for whoever asks why it ran, or did not. Values are digests only. */
export interface CacheLookUp {
  /** Names the step across builds: the namespace that it writes to, its pipeline and its key. */
  readonly place: string
  /** The same for each namespace that it may find entries in; none when it was to run whatever there is. */
  readonly places: readonly string[]
  /** Lookup key L (`ir.md` 2.5). */
  readonly key: string
  readonly inputs: LookUpInputs
  /** The entry that was found; null for none. */
  readonly hit: {
    /** What made it, as `BuildContext.origin` names it, with `step` and, but for entries of an earlier release, `job`. */
    readonly origin: Readonly<Record<string, string>>
    readonly createdAt: Instant
  } | null
  /** There was an entry that was not whole any more; a build passes without it. */
  readonly damaged: boolean
}

/** What L and its namespace are made of. */
export interface LookUpInputs {
  /** The pipeline's claim, `cache.key`. */
  readonly claim: string
  readonly command: string
  /** Digest of the image that it all begins with. */
  readonly image: string
  readonly platform: string
  /** What the step builds in; null for one that begins with the image. */
  readonly parent: string | null
  readonly variables: Readonly<Record<string, string>>
  /** Digests of the files that the policy watches, each side by itself; absent when it watches none, and in what earlier releases noted. */
  readonly files?: {
    readonly paths: string
    /** Tells which are files, folders or links, and where links lead. */
    readonly types: string
    readonly modes: string
    readonly contents: string
  }
}
