import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { StaleBar } from '../design/problems.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  /** Names what is loaded: `your passkeys`. */
  readonly what: string
  /** How many placeholder rows are shown. */
  readonly rows?: number
  readonly children: (data: Data) => ReactNode
}

/** Shows the data of a query, a skeleton or the failure. Old data stays below a bar. */
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
