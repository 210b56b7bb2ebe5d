import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { StaleBar } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  /** Names the data: `your passkeys`. */
  readonly what: string
  /** How many placeholder rows are shown. */
  readonly rows?: number
  readonly children: (data: Data) => ReactNode
}

/**
 * Shows a query's data, a skeleton while it loads, or the failure. After a failed refresh, old data
 * stays below a bar.
 */
export function QueryContent<Data>({ query, what, rows = 3, children }: LoadedProps<Data>) {
  const { data, error, dataUpdatedAt, refetch } = query
  if (data === undefined) return <QueryPlaceholder query={query} what={what} rows={rows} />
  return (
    <>
      {error !== null && <StaleBar since={dataUpdatedAt} error={error} onRetry={() => void refetch()} />}
      {children(data)}
    </>
  )
}
