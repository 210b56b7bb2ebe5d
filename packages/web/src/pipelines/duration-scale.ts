/** The top of a chart of durations. */
interface DurationScale {
  readonly topMs: number
  /** Whether longer ones are cut at it. */
  readonly isClipped: boolean
}

/** A duration is far from the others above the upper quartile and this many times the distance to the lower one, */
const fence = 3
/** and at least at this many times the upper quartile. */
const leastFactor = 2

/** A scale of durations: one build that hung for hours would make all others lines of a pixel, and is cut. */
export function durationScale(durations: readonly number[]): DurationScale {
  const sorted = durations.toSorted((a, b) => a - b)
  const longest = sorted.at(-1) ?? 0
  const last = sorted.length - 1
  const [lower = 0, upper = 0] = [sorted[Math.floor(last / 4)], sorted[Math.ceil((last * 3) / 4)]]
  const limit = Math.max(upper + fence * (upper - lower), leastFactor * upper)
  const topMs = Math.max(1, sorted.findLast((one) => one <= limit) ?? longest)
  return { topMs, isClipped: longest > topMs }
}
