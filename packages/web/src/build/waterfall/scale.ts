import type { Row, Span } from './rows.ts'

/** Where a time stands on the visible part, in percent of its width. */
export function place(ms: number, { from, to }: Span): number {
  return ((ms - from) / Math.max(1, to - from)) * 100
}

const stepsMs = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
]

/** Round times for the axis, at most `most` of them. */
export function ticksOf({ from, to }: Span, most: number): readonly number[] {
  const step = stepsMs.find((one) => (to - from) / one <= most) ?? to - from
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step)
}

/** The part around a row that shows it large; the whole where it has not run. */
export function zoomTo(row: Row | undefined, lengthMs: number): Span {
  const { from, to } = row?.running ?? { from: 0, to: lengthMs }
  const margin = Math.max(100, (to - from) * 0.15)
  return { from: Math.max(0, (row?.waiting?.from ?? from) - margin), to: Math.min(Math.max(lengthMs, to), to + margin) }
}
