import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { StaleBar } from '../design/problems.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  /** What is loaded: `your passkeys`. */
  readonly what: string
  /** How many are expected. */
  readonly rows?: number
  readonly children: (data: Data) => ReactNode
}

/** What a query has: nothing yet, a failure, what it gave, or what it gave before it failed. */
export function QueryContent<Data>({ query, what, rows = 3, children }: LoadedProps<Data>) {
  const { data, error, dataUpdatedAt, refetch } = query
  const retry = () => void refetch()
  if (data === undefined)
    return error === null ? (
      <Skeleton rows={rows} label={`Loading ${what}`} />
    ) : (
      <ErrorState error={error} what={what} onRetry={retry} />
    )
  return (
    <>
      {error !== null && <StaleBar since={dataUpdatedAt} error={error} onRetry={retry} />}
      {children(data)}
    </>
  )
}
