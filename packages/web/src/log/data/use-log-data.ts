import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { type LiveEvent, useLive, useLiveMode } from '../../live/use-live.ts'
import { LogData } from './log-data.ts'
import { type LogPlace, logQuery, readLog } from './queries.ts'

const pollMs = 2000

/** Returns a log from its first answer on, and keeps it up to date while it grows. */
export function useLogData(
  place: LogPlace,
  first: Schema<'JobLogView'>,
): { readonly data: LogData; readonly version: number } {
  const [data] = useState(() => new LogData(place, first))
  const version = useSyncExternalStore(data.subscribe, data.version, data.version)
  const queries = useQueryClient()
  const { isComplete } = data.facts
  // The last line may still grow, so it is requested again.
  const [since] = useState(Math.max(1, first.total_lines))
  const mode = useLiveMode()
  useLive(isComplete ? null : `log:${place.jobId}@${since}`, (event: LiveEvent) => {
    if (event.type === 'log') {
      data.applyEvent(event)
      // For an ended log the server knows the failures, instead of only lines that look like
      // errors.
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
    // Drops the outdated answer of an ended log, so that the log starts at its end when it is
    // opened again. This happens only on leaving, because the log would restart without the answer.
    () => () => {
      if (isOutdated.current) queries.removeQueries({ queryKey: logQuery(place, 1).queryKey })
    },
    [place, queries],
  )
  return { data, version }
}

/** Reads the log again. After a failure, the next event or poll retries. */
async function readAgain(data: LogData, place: LogPlace): Promise<void> {
  const view = await readLog(place, 'tail', AbortSignal.timeout(pollMs * 5)).catch(() => null)
  if (view !== null) data.replace(view)
}
