import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { type LiveEvent, useLive, useLiveMode } from '../../live/use-live.ts'
import { LogData } from './log-data.ts'
import { type LogPlace, logQuery, readLog } from './queries.ts'

const pollMs = 2000

/** The log of a place, from what was read first, kept up to date while it grows. */
export function useLogData(
  place: LogPlace,
  first: Schema<'JobLogView'>,
): { readonly data: LogData; readonly version: number } {
  const [data] = useState(() => new LogData(place, first))
  const version = useSyncExternalStore(data.subscribe, data.version)
  const queries = useQueryClient()
  const { isComplete } = data.facts
  // Its last line may still grow: it is heard of again.
  const [since] = useState(Math.max(1, first.total_lines))
  const mode = useLiveMode()
  useLive(isComplete ? null : `log:${place.jobId}@${since}`, (event: LiveEvent) => {
    if (event.type === 'log') {
      data.takeNews(event)
      // Of a log that is over the server knows what failed, not only which lines look like errors.
      if (event.complete && data.facts.errors.length > 0) void readAgain(data, place)
    } else if (event.type === 'resync') void readAgain(data, place)
  })
  useEffect(() => () => data.stop(), [data])
  useEffect(() => {
    if (isComplete || mode !== 'polling') return
    const timer = setInterval(() => void readAgain(data, place), pollMs)
    return () => clearInterval(timer)
  }, [data, place, isComplete, mode])
  const isOutdated = useRef(false)
  isOutdated.current = isComplete && !first.complete
  useEffect(
    // Who comes back to a log that has ended begins with its end, not with what it was when it was opened. Only once it is left: without the answer it would begin anew.
    () => () => {
      if (isOutdated.current) queries.removeQueries({ queryKey: logQuery(place, 1).queryKey })
    },
    [place, queries],
  )
  return { data, version }
}

/** What could not be read is read with the next event, or poll. */
async function readAgain(data: LogData, place: LogPlace): Promise<void> {
  const view = await readLog(place, 'tail', AbortSignal.timeout(pollMs * 5)).catch(() => null)
  if (view !== null) data.takeView(view)
}
