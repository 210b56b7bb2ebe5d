/** Limits of the engine itself, in addition to those of a pipeline. */
export interface Limits {
  /** Maximum number of restarts of a job after a lost lease. */
  readonly infraRetries: number
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** Milliseconds after the grace within which the runner must report the end. */
  readonly killMarginMs: number
  /** Longest rendering in seconds. */
  readonly renderSeconds: number
}

export const defaultLimits: Limits = { infraRetries: 2, graceMs: 10_000, killMarginMs: 3_000, renderSeconds: 60 }
