import { setImmediate as turn } from 'node:timers/promises'
import { blockOfLine, type LogReader } from '@harmont/logs'
import type { OpenLog } from '../../../builds/logs/job-logs.ts'
import type { Finder } from './finder.ts'
import { HitCounts, type LineRange } from './hit-counts.ts'
import { type LineText, lineTexts } from './line-texts.ts'

/** So long others wait at most, but for one text. */
const sliceMs = 10

/** One search of one log. It is kept while it may be asked again: what was counted once is not counted again, and a log that grows is searched on. */
export class LogSearch {
  readonly counts = new HitCounts()
  /** All lines before this one are counted; none of them can change. */
  next = 1
  /** Hits in the last line, when it may still grow. */
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

  /** How many hits there are in each of up to `most` equal parts of a log of so many lines. */
  parts(lines: number, most: number): number[] {
    const parts = this.counts.parts(lines, most)
    const last = parts.length - 1
    if (this.#open !== null && last >= 0) parts[last] = (parts[last] ?? 0) + this.#open.count
    return parts
  }

  /** Counts on, up to the end of what is there or of the time. Gives whether all is counted. */
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
      // Within a line nothing is kept, so that it would be begun again for ever.
      if (stop.aborted || (now > untilMs && !text.isOpen)) return false
      if (now > sliceEnd) {
        await turn()
        sliceEnd = performance.now() + sliceMs
      }
    }
    this.#open = open
    return true
  }

  /** Up to `limit` of the hits that were counted, from a line on. */
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
        await turn()
      }
    }
    if (this.#open !== null && this.#open.line >= from) hits.push(this.#open)
    return hits.slice(0, limit)
  }

  /** How many of the hits that were counted stand before a line. */
  async countBefore(log: OpenLog, line: number): Promise<number> {
    const { count, first } = this.counts.before(Math.min(line, this.next))
    let more = 0
    for (const hit of await this.hitsFrom(log, first, line - first)) if (hit.line < line) more += hit.count
    return count + more
  }

  /** Lines with hits; what lies between two that are in one block, or in neighbours, costs nothing more. */
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

/** Where the line ends that has this place. */
function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

function linesOf({ text }: LineText): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** Of a line, so many ranges are told. */
export const mostRanges = 1_000

/** A line with what was looked for. */
export interface Hit {
  readonly line: number
  /** How often it has it. */
  readonly count: number
  /** Where: starts and ends in its text without escape sequences, in UTF-16 units; of very many the first. */
  readonly ranges: readonly [number, number][]
}

/** One that is still being counted. */
export interface Found extends Hit {
  count: number
  readonly ranges: [number, number][]
}

/** A line of which two parts were searched. */
export function joined(first: Hit | null, second: Hit | undefined): Hit | null {
  if (first === null || second === undefined) return second ?? first
  return {
    line: first.line,
    count: first.count + second.count,
    ranges: [...first.ranges, ...second.ranges].slice(0, mostRanges),
  }
}

/** The hits of a text whose first line begins with parts that were given before. */
export function joinedFirst(open: Hit | null, hits: readonly Hit[]): readonly Hit[] {
  if (open === null) return hits
  const [first, ...rest] = hits
  return first?.line === open.line ? [joined(open, first) ?? open, ...rest] : [open, ...hits]
}
