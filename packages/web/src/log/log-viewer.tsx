import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { readFragment } from './data/permalink.ts'
import { type LogPlace, type LogStart, logQuery } from './data/queries.ts'
import { LogView } from './log-view.tsx'

export interface LogViewerProps {
  readonly org: string
  readonly slug: string
  readonly number: number
  /** The attempt whose log it is. */
  readonly job: Schema<'JobView'>
  readonly buildState: string
  readonly startAt: 'error' | 'tail' | 'start'
  /** What begins the row of the tools; on narrow screens the name of what is read (web T4). */
  readonly lead?: ReactNode
  /** What is searched for, as it stands in the address. */
  readonly find?: string | undefined
  readonly onFindChange: (find: string | undefined) => void
  /** The forge's page of the repository, and the commit that was built. */
  readonly repository: { readonly url: string; readonly commit: string } | null
}

/** The log of one attempt. It fills its container. */
export function LogViewer(props: LogViewerProps) {
  const { org, slug, number, job, startAt, lead } = props
  const place = useMemo((): LogPlace => ({ org, slug, number, jobId: job.id }), [org, slug, number, job.id])
  const [at] = useState(() => startOf(startAt, location.hash))
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

/** Where a log is first read: at the lines that the address marks, else where it says. */
export function startOf(startAt: LogViewerProps['startAt'], fragment: string): LogStart {
  return readFragment(fragment)?.from ?? (startAt === 'start' ? 1 : startAt)
}
