import { type RefObject, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import type { LogFacts } from './facts.ts'
import { type HitPlace, type Hits, linesWithHits, noHits, positionOf, withNeighbours } from './hits.ts'
import type { LogPlace, LogSearch } from './queries.ts'
import { SearchData } from './search-data.ts'

/** The number of lines before and after a match that are shown with it. */
const around = 2
/** The limit of listed matching lines; steps still visit all hits. */
const mostListed = 20_000
/** The delay before a growing log is counted again; an unfinished count continues immediately. */
const countAgainMs = 700

export interface LogSearching {
  readonly hits: Hits
  /** The current hit; null if none was visited yet. */
  readonly now: HitPlace | null
  readonly position: number | null
  readonly problem: unknown
  /** The lines that "only matches" shows; null if it is off. */
  readonly only: readonly number[] | null
  readonly isOnly: boolean
  setOnly(isOnly: boolean): void
  /** Moves to the next or previous hit, from the current hit or from a line. */
  step(isBack: boolean, line: number): Promise<HitPlace | null>
  /** Requests the hits of visible lines. */
  show(from: number, to: number): void
}

/** Continues an unfinished count, and counts again when the log has grown. */
function useCount(data: SearchData | null, hits: Hits, lines: RefObject<number>): void {
  const isBehind =
    data !== null && data.problem === null && hits !== noHits && (!hits.isComplete || hits.lines < lines.current)
  useEffect(() => {
    if (data === null || !isBehind) return
    const timer = setTimeout(
      () => void data.ask(Math.max(1, hits.lines), lines.current),
      hits.isComplete ? countAgainMs : 0,
    )
    return () => clearTimeout(timer)
  }, [data, isBehind, hits, lines])
}

/** Searches the whole log on the server (web L12). An empty text sends no request. */
export function useLogSearch(place: LogPlace, search: LogSearch, facts: LogFacts): LogSearching {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  const [isOnly, setOnly] = useState(false)
  const [now, setNow] = useState<HitPlace | null>(null)
  const { text, regex, case: isCase, word } = search
  const data = useMemo(
    () => (text === '' ? null : new SearchData(place, { text, regex, case: isCase, word }, drawAgain)),
    [place, text, regex, isCase, word],
  )
  const { totalLines } = facts
  const lines = useRef(totalLines)
  lines.current = totalLines
  useEffect(() => {
    setNow(null)
    if (data === null) return
    void data.ask(1, lines.current)
    return () => data.stop()
  }, [data])
  const hits = data?.hits ?? noHits
  useCount(data, hits, lines)
  const listed = isOnly && data !== null
  useEffect(() => {
    if (listed && hits !== noHits) void data.loadAll(mostListed, lines.current)
  }, [data, listed, hits])
  const only = useMemo(
    () => (listed ? withNeighbours(linesWithHits(hits), around, totalLines) : null),
    [listed, hits, totalLines],
  )
  return {
    hits,
    now,
    position: now === null ? null : positionOf(hits, now),
    problem: data?.problem ?? null,
    only,
    isOnly,
    setOnly,
    async step(isBack, line) {
      if (data === null) return null
      const here = now ?? (isBack ? { line: line + 1, rank: 0 } : { line: line - 1, rank: Number.MAX_SAFE_INTEGER })
      const found = await data.step(here, isBack, lines.current)
      if (found === null) return null
      setNow(found)
      return found
    },
    show(from, to) {
      if (data !== null && data.hits !== noHits && data.problem === null)
        void data.show(from, Math.min(to, lines.current), lines.current)
    },
  }
}
