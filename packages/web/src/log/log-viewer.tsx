import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { readFragment } from './data/permalink.ts'
import { type LogPlace, type LogStart, logQuery } from './data/queries.ts'
import { LogView } from './log-view.tsx'
import type { LogViewerProps } from './use-log-view.ts'

/** Shows the log of one attempt. The log fills its container. */
export function LogViewer(props: LogViewerProps) {
  const { org, slug, number, job, startAt, lead } = props
  const place = useMemo((): LogPlace => ({ org, slug, number, jobId: job.id }), [org, slug, number, job.id])
  const hash = useLocation({ select: (location) => location.hash })
  const [at] = useState(() => startOf(startAt, hash))
  const { data, error, refetch } = useQuery(logQuery(place, at))
  if (data !== undefined) return <LogView key={job.id} {...props} place={place} first={data} />
  return (
    <>
      {lead != null && <div className="flex border-b border-hairline px-2">{lead}</div>}
      {error === null ? (
        <Skeleton label="Loading the log" />
      ) : (
        <ErrorState error={error} what="the log" onRetry={refetch} />
      )}
    </>
  )
}

/**
 * Returns the position where reading starts: the marked lines of the address, or else `startAt`.
 */
export function startOf(startAt: LogViewerProps['startAt'], fragment: string): LogStart {
  return readFragment(fragment)?.from ?? (startAt === 'start' ? 1 : startAt)
}
