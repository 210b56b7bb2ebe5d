import type { Schema } from '../../api/schemas.ts'
import type { HitRange } from '../terminal/pieces.ts'

/** A hit: its line, and its index among that line's hits, from 0. */
export interface HitPlace {
  readonly line: number
  readonly rank: number
}

type Hit = Schema<'LogSearchResult'>['hits'][number]

/** All hits in a range of lines; `to` is exclusive. */
interface Stretch {
  readonly from: number
  readonly to: number
  /** The number of earlier hits. */
  readonly before: number
  /** Sorted by line. */
  readonly hits: readonly Hit[]
}

/** The known hits of a search: ranges of the log, sorted and disjoint. */
export interface Hits {
  readonly stretches: readonly Stretch[]
  readonly total: number
  /** Whether every line is counted. */
  readonly isComplete: boolean
  readonly buckets: readonly number[]
  /** The length of the log when its hits were counted. */
  readonly lines: number
}

export const noHits: Hits = { stretches: [], total: 0, isComplete: false, buckets: [], lines: 0 }

/** Merges a search result of the server. The result replaces earlier hits in its lines. */
export function withAnswer(known: Hits, from: number, answer: Schema<'LogSearchResult'>, lines: number): Hits {
  const to = answer.next ?? Math.max(from, lines) + 1
  const added = { from, to, before: answer.before, hits: answer.hits }
  return {
    stretches: joined(known.stretches, added),
    total: answer.total,
    isComplete: answer.complete,
    buckets: answer.buckets,
    lines,
  }
}

function joined(stretches: readonly Stretch[], added: Stretch): readonly Stretch[] {
  const before = stretches.filter(({ from }) => from < added.from)
  const after = stretches.filter(({ from }) => from >= added.from)
  const last = before.at(-1)
  const start = last !== undefined && last.to >= added.from ? last : null
  let whole = start === null ? added : merged(start, added)
  const rest = [...after]
  while (rest[0] !== undefined && rest[0].from <= whole.to) whole = merged(whole, rest.shift() as Stretch)
  return [...(start === null ? before : before.slice(0, -1)), whole, ...rest]
}

/** Merges two touching ranges. If both know a line, the second one is newer. */
function merged(first: Stretch, second: Stretch): Stretch {
  const end = second.hits.at(-1)?.line ?? 0
  return {
    from: first.from,
    to: Math.max(first.to, second.to),
    before: first.before,
    hits: [
      ...first.hits.filter(({ line }) => line < second.from),
      ...second.hits,
      ...first.hits.filter(({ line }) => line >= second.to && line > end),
    ],
  }
}

/** Returns the first line whose hits are unknown; null if all are known. */
export function firstUnknown({ stretches }: Hits, from: number, to: number): number | null {
  let at = from
  for (const stretch of stretches) if (stretch.from <= at && stretch.to > at) at = stretch.to
  return at > to ? null : at
}

/** Returns the hits of a line; undefined if none are known. */
export function rangesOf({ stretches }: Hits, line: number): readonly HitRange[] | undefined {
  const hits = stretches.find(({ from, to }) => from <= line && line < to)?.hits ?? []
  const at = lastUpTo(hits, line)
  return hits[at]?.line === line ? hits[at].ranges : undefined
}

/** Returns the next hit, or the line from which to request more; null if there is none. */
export function nextHit(hits: Hits, after: HitPlace): HitPlace | { readonly ask: number } | null {
  const ranges = rangesOf(hits, after.line)
  if (ranges !== undefined && after.rank + 1 < ranges.length) return { line: after.line, rank: after.rank + 1 }
  const start = after.line + 1
  for (let at = start; ; ) {
    const stretch = hits.stretches.find(({ from, to }) => from <= at && at < to)
    if (stretch === undefined) return at > hits.lines ? null : { ask: at }
    const hit = stretch.hits[lastUpTo(stretch.hits, at - 1) + 1]
    if (hit !== undefined) return { line: hit.line, rank: 0 }
    at = stretch.to
    if (at > hits.lines) return null
  }
}

/** Returns the previous hit, or the line from which to request more; null if there is none. */
export function previousHit(hits: Hits, before: HitPlace): HitPlace | { readonly ask: number } | null {
  if (before.rank > 0) return { line: before.line, rank: before.rank - 1 }
  let at = before.line - 1
  while (at >= 1) {
    const stretch = hits.stretches.find(({ from, to }) => from <= at && at < to)
    if (stretch === undefined) return askBefore(hits, at)
    const hit = stretch.hits[lastUpTo(stretch.hits, at)]
    if (hit !== undefined) return { line: hit.line, rank: hit.ranges.length - 1 }
    at = stretch.from - 1
  }
  return null
}

/**
 * Returns the line from which to request the last hit up to a line: the start of the last part with
 * hits.
 */
function askBefore({ buckets, lines, stretches }: Hits, line: number): { readonly ask: number } | null {
  const size = lines / buckets.length
  const floor = stretches.findLast(({ to }) => to <= line)?.to ?? 1
  for (let place = Math.min(buckets.length - 1, Math.floor((line - 1) / size)); place >= 0; place--)
    if ((buckets[place] ?? 0) > 0) return { ask: Math.min(line, Math.max(floor, Math.floor(place * size) + 1)) }
  return null
}

/** Returns the number of a hit among all hits, from 1; null if unknown. */
export function positionOf({ stretches }: Hits, { line, rank }: HitPlace): number | null {
  const stretch = stretches.find(({ from, to }) => from <= line && line < to)
  if (stretch === undefined) return null
  const earlier = stretch.hits.slice(0, lastUpTo(stretch.hits, line - 1) + 1)
  return earlier.reduce((sum, hit) => sum + hit.ranges.length, stretch.before) + rank + 1
}

/** Returns lines with hits, as far as all hits from line 1 on are known. */
export function linesWithHits({ stretches }: Hits): readonly number[] {
  const first = stretches[0]
  return first?.from === 1 ? first.hits.map(({ line }) => line) : []
}

/** Adds neighbouring lines, sorted and without duplicates. */
export function withNeighbours(lines: readonly number[], around: number, last: number): readonly number[] {
  const all: number[] = []
  for (const line of lines)
    for (let at = Math.max(line - around, (all.at(-1) ?? 0) + 1); at <= Math.min(last, line + around); at++)
      all.push(at)
  return all
}

/** Returns the last index in `hits` whose line is at most `line`; -1 if there is none. */
function lastUpTo(hits: readonly Hit[], line: number): number {
  let [low, high] = [0, hits.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((hits[middle]?.line ?? 0) <= line) low = middle + 1
    else high = middle
  }
  return low - 1
}
