import { useEffect, useState } from 'react'
import { linesOfPage } from '../terminal/lines.ts'
import type { LogFacts } from './facts.ts'
import { type LogPlace, readLines } from './queries.ts'

/** Lines per request: the most that the server returns at once. */
const linesAtOnce = 2000

interface Found {
  /** Lines of stderr before `next`, in order. */
  readonly lines: readonly number[]
  readonly next: number
}

const nothing: Found = { lines: [], next: 1 }

/**
 * Finds the lines of stderr by reading the whole log, page by page (web L11); `lines` is null while
 * it is off.
 */
export function useStderrOnly(
  place: LogPlace,
  isOn: boolean,
  { totalLines }: LogFacts,
): { readonly lines: readonly number[] | null; readonly looked: number } {
  const [found, setFound] = useState<Found>(nothing)
  const { next } = found
  useEffect(() => {
    if (!isOn || next > totalLines) return
    const stop = new AbortController()
    readLines(place, next, linesAtOnce, stop.signal).then(
      (page) => {
        const looked = linesOfPage(page)
        const lines = looked.flatMap((line, at) => (line.isStderr ? [page.from + at] : []))
        setFound((before) => ({ lines: [...before.lines, ...lines], next: next + Math.max(1, looked.length) }))
      },
      () => {
        // A failed read is repeated after a delay, while the filter is on.
        if (!stop.signal.aborted) setTimeout(() => setFound((before) => ({ ...before })), 3000)
      },
    )
    return () => stop.abort()
  }, [place, isOn, next, totalLines])
  return { lines: isOn ? found.lines : null, looked: Math.min(totalLines, next - 1) }
}
