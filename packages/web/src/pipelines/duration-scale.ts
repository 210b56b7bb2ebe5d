/** The top of a chart of durations. */
interface DurationScale {
  readonly topMs: number
  /** Whether longer durations are clipped. */
  readonly isClipped: boolean
}

/** A duration is an outlier above the upper quartile plus this many interquartile ranges, */
const fence = 3
/** and above this many upper quartiles. */
const leastFactor = 2

/**
 * Returns a scale that clips outliers, because one build that hung for hours would flatten all
 * others.
 */
export function durationScale(durations: readonly number[]): DurationScale {
  const sorted = durations.toSorted((a, b) => a - b)
  const longest = sorted.at(-1) ?? 0
  const last = sorted.length - 1
  const [lower = 0, upper = 0] = [sorted[Math.floor(last / 4)], sorted[Math.ceil((last * 3) / 4)]]
  const limit = Math.max(upper + fence * (upper - lower), leastFactor * upper)
  const topMs = Math.max(1, sorted.findLast((one) => one <= limit) ?? longest)
  return { topMs, isClipped: longest > topMs }
}
