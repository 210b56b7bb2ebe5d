import { isWait, type Span } from '@harmont/timeline'
import { formatDuration } from '../../text/duration.ts'
import type { Row } from './rows.ts'

/** The visible part of a build's time. */
export interface Scale extends Span {
  /** Idle periods that are cut, in order. */
  readonly cuts: readonly Span[]
  /** The drawn length of each cut, in milliseconds. */
  readonly cutMs: number
}

/**
 * A period is cut if it is idle for longer than this, and for longer than this share of the busy
 * time.
 */
const longestIdle = { ms: 5000, share: 1 / 5 }
/** The drawn length of a cut, as a share of the busy time. */
const cutShare = 1 / 25

/**
 * Returns a scale of the whole build. Long idle periods are cut, because an hour in a queue would
 * leave no room for minutes of work.
 */
export function scaleOf(rows: readonly Row[], lengthMs: number): Scale {
  const busy = rows
    .flatMap(({ parts, running }) => [
      ...parts.filter(({ kind }) => !isWait(kind)),
      ...(running === null ? [] : [running]),
    ])
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

/** Zooms to a row; returns the whole scale if the row has not run. */
export function zoomTo(row: Row | undefined, whole: Scale): Scale {
  if (row?.running == null) return whole
  const { from, to } = row.running
  const margin = Math.max(100, (to - from) * 0.15)
  const first = Math.max(0, (row.parts[0]?.from ?? from) - margin)
  return { ...whole, from: first, to: Math.min(Math.max(whole.to, to), to + margin) }
}

/** Returns the position of a time, in percent of the visible width. */
export function place(ms: number, scale: Scale): number {
  const [at, from, to] = [drawn(ms, scale), drawn(scale.from, scale), drawn(scale.to, scale)]
  return ((at - from) / Math.max(1, to - from)) * 100
}

/** Converts a time to its drawn position, with earlier cuts shortened. */
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
  /** Whether the mark names a cut. */
  readonly isCut: boolean
}

/** Returns the marks of the axis: the length of each cut, and round times, at most `most`. */
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

/** Whether two marks are at least `percent` of the width apart. Names of cuts need more room. */
function isApart(other: AxisMark, at: number, scale: Scale, percent: number): boolean {
  const distance = place(at, scale) - place(other.at, scale)
  return distance <= -percent || distance >= (other.isCut ? percent * 1.5 : percent)
}

/** Formats `0 s`, `0.5 s`, `2 m`, `1 h 30 m`. */
function wordsOf(ms: number): string {
  return formatDuration(ms).replace(/ 00 [ms]$/, '')
}
