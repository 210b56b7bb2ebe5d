import { useEffect, useReducer, useState } from 'react'
import type { LogFacts } from './facts.ts'
import { type LogPlace, readLines } from './queries.ts'
import { StderrLines } from './stderr-lines.ts'

/** Lines per request: the most that the server returns at once. */
const linesAtOnce = 2000

/** Returns the lines of stderr found so far (web L11); `lines` is null while it is off. */
export function useStderrOnly(
  place: LogPlace,
  isOn: boolean,
  { totalLines }: LogFacts,
): { readonly lines: readonly number[] | null; readonly looked: number } {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  const [found] = useState(
    () => new StderrLines((from, signal) => readLines(place, from, linesAtOnce, signal), drawAgain),
  )
  useEffect(() => {
    if (isOn) found.readTo(totalLines)
    else found.stop()
  }, [found, isOn, totalLines])
  useEffect(() => () => found.stop(), [found])
  return { lines: isOn ? found.lines : null, looked: Math.min(totalLines, found.looked) }
}
