import type { SourceSet } from '@harmont/source-set'

/** Values of the SDKs' `context`; null leaves a field unset. */
export interface RenderFacts {
  readonly event: string | null
  readonly branch: string | null
  readonly baseBranch: string | null
  readonly tag: string | null
  readonly commit: string | null
  readonly pullRequest: number | null
  /** Whether `hm` renders the pipeline on a user's machine. */
  readonly local: boolean
}

export interface RenderOptions {
  /** The directory that holds `.hm`. */
  readonly project: string
  /** Null keeps the `HARMONT_` variables of `env`. */
  readonly context: RenderFacts | null
  /**
   * Environment of the pipelines' programs and source of `env_keys`. Default: the environment of
   * this process.
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: `HM_RENDER_TIMEOUT` of `env`, else 60. */
  readonly timeoutSeconds?: number
  /**
   * The folder that keeps compiled code between renderings. The path is absolute. Without it no
   * compiled code is kept.
   */
  readonly cacheDirectory?: string
  readonly signal?: AbortSignal
  /** Called repeatedly for a slow program, with its current file. */
  readonly onSlow?: (file: string) => void
  /** The interval of `onSlow`, in milliseconds. Default: 2,000. */
  readonly slowAfterMs?: number
}

export interface KeyedRenderOptions extends RenderOptions {
  /** Awaited only if a step's key depends on files, so it may still be loading. */
  readonly sourceSet: SourceSet | (() => Promise<SourceSet>)
  /** Whole seconds since 1970. Default: now. */
  readonly now?: number
  /** Default: `HM_PIPELINE_ORG` of `env`, else `default`. */
  readonly org?: string
}

/** An invalid setting in the environment. The message names it and the expected form. */
export class RenderSettingError extends Error {
  override readonly name = 'RenderSettingError'
}
