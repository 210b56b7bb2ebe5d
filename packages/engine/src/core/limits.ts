/** The engine's own bounds, apart from those that a pipeline writes. */
export interface Limits {
  /** Times that a job is started again because its lease was lost. */
  readonly infraRetries: number
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** Milliseconds after the grace in which the runner must have reported the end. */
  readonly killMarginMs: number
  /** Seconds that rendering may take. */
  readonly renderSeconds: number
}

export const defaultLimits: Limits = { infraRetries: 2, graceMs: 10_000, killMarginMs: 3_000, renderSeconds: 60 }
