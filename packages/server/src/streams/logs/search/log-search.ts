import { blockOfLine, type LogReader, nextTurn } from '@harmont/logs'
import type { OpenLog } from '../../../builds/logs/job-logs.ts'
import type { Finder } from './finder.ts'
import { HitCounts, type LineRange } from './hit-counts.ts'
import { type LineText, lineTexts } from './line-texts.ts'

/** Other work waits at most this long, plus the time for one text. */
const sliceMs = 10

/**
 * A search in one log. It keeps its counts: a repeated search reuses them, and a log that grows is
 * searched only from the previous end.
 */
export class LogSearch {
  readonly counts = new HitCounts()
  /** All lines before this one are counted, and cannot change. */
  next = 1
  /** The hits in the last line, if it may still grow. */
  #open: Hit | null = null
  readonly #find: Finder
  readonly #logs: Pick<LogReader, 'read'>

  constructor(logs: Pick<LogReader, 'read'>, find: Finder) {
    this.#logs = logs
    this.#find = find
  }

  get total(): number {
    return this.counts.total + (this.#open?.count ?? 0)
  }

  /** Returns the number of hits in each of up to `most` equal parts of a log of this many lines. */
  parts(lines: number, most: number): number[] {
    const parts = this.counts.parts(lines, most)
    const last = parts.length - 1
    if (this.#open !== null && last >= 0) parts[last] = (parts[last] ?? 0) + this.#open.count
    return parts
  }

  /**
   * Continues counting, up to the end of the log or of the time. Returns whether the whole log is
   * counted.
   */
  async advance(log: OpenLog, untilMs: number, stop: AbortSignal): Promise<boolean> {
    if (this.next > log.index.totalLines) return true
    let sliceEnd = performance.now() + sliceMs
    this.#open = null
    let open: Hit | null = null
    for await (const text of lineTexts(this.#logs, log, this.next, Number.POSITIVE_INFINITY)) {
      if (text.isOpen) open = joined(open, this.#hitsIn(text)[0])
      else {
        for (const { line, count } of joinedFirst(open, this.#hitsIn(text))) this.counts.add(line, count)
        open = null
        this.next = text.line + linesOf(text)
      }
      const now = performance.now()
      // Progress within a line is not kept: a search that stopped there would restart the line for
      // ever.
      if (stop.aborted || (now > untilMs && !text.isOpen)) return false
      if (now > sliceEnd) {
        await nextTurn()
        sliceEnd = performance.now() + sliceMs
      }
    }
    this.#open = open
    return true
  }

  /** Returns up to `limit` of the counted hits, from a line on. */
  async hitsFrom(log: OpenLog, from: number, limit: number): Promise<readonly Hit[]> {
    const hits: Hit[] = []
    for (let run = this.#runFrom(log, from); run !== null && hits.length < limit; run = this.#runFrom(log, run.to)) {
      let open: Hit | null = null
      for await (const text of lineTexts(this.#logs, log, run.from, Math.min(run.to, this.next))) {
        if (text.isOpen) open = joined(open, this.#hitsIn(text)[0])
        else {
          hits.push(...joinedFirst(open, this.#hitsIn(text)))
          open = null
        }
        if (hits.length >= limit) break
        await nextTurn()
      }
    }
    if (this.#open !== null && this.#open.line >= from) hits.push(this.#open)
    return hits.slice(0, limit)
  }

  /** Returns the number of counted hits before a line. */
  async countBefore(log: OpenLog, line: number): Promise<number> {
    const { count, first } = this.counts.before(Math.min(line, this.next))
    let more = 0
    for (const hit of await this.hitsFrom(log, first, line - first)) if (hit.line < line) more += hit.count
    return count + more
  }

  /** Returns the next lines with hits; joins lines in adjacent blocks. */
  #runFrom({ index: { blocks } }: OpenLog, from: number): LineRange | null {
    let run = this.counts.nextRun(from)
    for (let next = run; run !== null && next !== null; ) {
      next = this.counts.nextRun(run.to)
      if (next === null || blockOfLine(blocks, next.from) > blockOfLine(blocks, run.to) + 1) break
      run = { from: run.from, to: next.to }
    }
    return run
  }

  #hitsIn({ line, offset, text }: LineText): Hit[] {
    const hits: Found[] = []
    let at = 0
    let here = line
    let next = endOf(text, 0)
    this.#find(text, (start, end) => {
      for (; next < start; next = endOf(text, at)) {
        here++
        at = next + 1
      }
      const base = here === line ? -offset : at
      let hit = hits.at(-1)
      if (hit?.line !== here) {
        hit = { line: here, count: 0, ranges: [] }
        hits.push(hit)
      }
      hit.count++
      if (hit.ranges.length < mostRanges) hit.ranges.push([start - base, end - base])
    })
    return hits
  }
}

/** Returns the end of the line at this position. */
function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

function linesOf({ text }: LineText): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** The maximum number of ranges returned for a line. */
const mostRanges = 1_000

/** A line with a match. */
export interface Hit {
  readonly line: number
  /** The number of matches. */
  readonly count: number
  /** Starts and ends of matches in the text without escape sequences, in UTF-16 units. */
  readonly ranges: readonly [number, number][]
}

/** A hit that is still being counted. */
interface Found extends Hit {
  count: number
  readonly ranges: [number, number][]
}

/** Joins the hits of two parts of a line. */
function joined(first: Hit | null, second: Hit | undefined): Hit | null {
  if (first === null || second === undefined) return second ?? first
  return {
    line: first.line,
    count: first.count + second.count,
    ranges: [...first.ranges, ...second.ranges].slice(0, mostRanges),
  }
}

/** Joins the hits of a text with those of the parts before its first line. */
function joinedFirst(open: Hit | null, hits: readonly Hit[]): readonly Hit[] {
  if (open === null) return hits
  const [first, ...rest] = hits
  return first?.line === open.line ? [joined(open, first) ?? open, ...rest] : [open, ...hits]
}
