/** Limits of the engine itself, beside those of a pipeline. */
export interface Limits {
  /** How often a job starts again because its lease was lost. */
  readonly infraRetries: number
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** Milliseconds after the grace within which the runner must report the end. */
  readonly killMarginMs: number
  /** Longest rendering in seconds. */
  readonly renderSeconds: number
}

export const defaultLimits: Limits = { infraRetries: 2, graceMs: 10_000, killMarginMs: 3_000, renderSeconds: 60 }
