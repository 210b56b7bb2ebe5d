import { formatDuration } from '../../text/duration.ts'
import type { Row, Span } from './rows.ts'

/** The visible part of a build's time. */
export interface Scale extends Span {
  /** Stretches in which nothing ran, from first to last. */
  readonly cuts: readonly Span[]
  /** How long each of them looks, in milliseconds of the rest. */
  readonly cutMs: number
}

/** An idle stretch of more than this is cut, where it is also more than a share of the time in which something ran, */
const longestIdle = { ms: 5000, share: 1 / 5 }
/** and then looks this long. */
const cutShare = 1 / 25

/** A scale of the whole build. An hour in a queue would leave no room for the minutes of work: it is cut. */
export function scaleOf(rows: readonly Row[], lengthMs: number): Scale {
  const busy = rows
    .flatMap(({ starting, running }) => [starting, running].filter((span) => span !== null))
    .sort((a, b) => a.from - b.from)
  const idle: Span[] = []
  let end = 0
  for (const { from, to } of [...busy, { from: lengthMs, to: lengthMs }]) {
    if (from > end) idle.push({ from: end, to: from })
    end = Math.max(end, to)
  }
  const busyMs = Math.max(lengthMs, end) - idle.reduce((sum, { from, to }) => sum + to - from, 0)
  const longestMs = Math.max(longestIdle.ms, busyMs * longestIdle.share)
  const cuts = busyMs > 0 ? idle.filter(({ from, to }) => to - from > longestMs) : []
  return { from: 0, to: lengthMs, cuts, cutMs: busyMs * cutShare }
}

/** The part around a row that shows it large; the whole where it has not run. */
export function zoomTo(row: Row | undefined, whole: Scale): Scale {
  if (row?.running == null) return whole
  const { from, to } = row.running
  const margin = Math.max(100, (to - from) * 0.15)
  const first = Math.max(0, (row.waiting?.from ?? from) - margin)
  return { ...whole, from: first, to: Math.min(Math.max(whole.to, to), to + margin) }
}

/** Where a time stands on the visible part, in percent of its width. */
export function place(ms: number, scale: Scale): number {
  const [at, from, to] = [drawn(ms, scale), drawn(scale.from, scale), drawn(scale.to, scale)]
  return ((at - from) / Math.max(1, to - from)) * 100
}

/** The time with each cut before it as long as it looks. */
function drawn(ms: number, { cuts, cutMs }: Scale): number {
  return cuts.reduce((left, { from, to }) => {
    const inside = Math.min(Math.max(0, ms - from), to - from)
    return left - inside * (1 - Math.min(1, cutMs / (to - from)))
  }, ms)
}

const stepsMs = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
]

interface AxisMark {
  readonly at: number
  readonly text: string
  /** Names the cut that begins there. */
  readonly isCut: boolean
}

/** What the axis says: how long each cut is, and round times, as far as there is room for `most` of them. */
export function axisOf(scale: Scale, most: number): readonly AxisMark[] {
  const { from, to, cuts } = scale
  const visible = cuts.filter((cut) => cut.to > from && cut.from < to)
  const named = visible.map((cut): AxisMark => {
    return { at: Math.max(from, cut.from), text: `${wordsOf(cut.to - cut.from)} idle`, isCut: true }
  })
  const lengthMs = drawn(to, scale) - drawn(from, scale)
  const step = stepsMs.find((one) => lengthMs / one <= most) ?? lengthMs
  const ends = [from, ...visible.flatMap((cut) => [cut.from, cut.to]), to]
  for (let index = 0; index < ends.length; index += 2) {
    const [start = 0, end = 0] = ends.slice(index, index + 2)
    for (let at = Math.ceil(start / step) * step; at <= end; at += step)
      if (named.every((other) => isApart(other, at, scale, 90 / most)))
        named.push({ at, text: wordsOf(at), isCut: false })
  }
  return named.toSorted((a, b) => a.at - b.at)
}

/** Whether two marks leave each other room, in percent of the width; a cut is named in more words. */
function isApart(other: AxisMark, at: number, scale: Scale, percent: number): boolean {
  const distance = place(at, scale) - place(other.at, scale)
  return distance <= -percent || distance >= (other.isCut ? percent * 1.5 : percent)
}

/** `0 s`, `0.5 s`, `2 m`, `1 h 30 m`. */
function wordsOf(ms: number): string {
  return formatDuration(ms).replace(/ 00 [ms]$/, '')
}
