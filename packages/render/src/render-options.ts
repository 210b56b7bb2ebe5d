import type { SourceSet } from '@harmont/source-set'

/** What the `context` of the SDKs says. A field that is null is not set. */
export interface RenderFacts {
  readonly event: string | null
  readonly branch: string | null
  readonly baseBranch: string | null
  readonly tag: string | null
  readonly commit: string | null
  readonly pullRequest: number | null
  /** `hm` on a person's machine. */
  readonly local: boolean
}

export interface RenderOptions {
  /** The directory that holds `.hm`. */
  readonly project: string
  /** null: the `HARMONT_` variables of `env` stay as they are. */
  readonly context: RenderFacts | null
  /**
   * Environment of the pipelines' programs, and what `env_keys` are read from. Default: this
   * process's own.
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: `HM_RENDER_TIMEOUT` of `env`, else 60. */
  readonly timeoutSeconds?: number
  /** Where compiled code is kept from one rendering to the next. Absolute; without it none is. */
  readonly cacheDirectory?: string
  readonly signal?: AbortSignal
  /** Told of a program that takes long, after each such time, with the file that it is at. */
  readonly onSlow?: (file: string) => void
  /** What is long, in milliseconds. Default: 2,000. */
  readonly slowAfterMs?: number
}

export interface KeyedRenderOptions extends RenderOptions {
  /** Read only when a step's key depends on files, so it may still be on its way. */
  readonly sourceSet: SourceSet | (() => Promise<SourceSet>)
  /** Whole seconds since 1970. Default: now. */
  readonly now?: number
  /** Default: `HM_PIPELINE_ORG` of `env`, else `default`. */
  readonly org?: string
}

/**
 * A setting in the environment that rendering goes by is wrong; the message says which and what was
 * expected.
 */
export class RenderSettingError extends Error {
  override readonly name = 'RenderSettingError'
}
