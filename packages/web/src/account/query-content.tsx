import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { StaleBar } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'

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
  if (data === undefined) return <QueryPlaceholder query={query} what={what} rows={rows} />
  return (
    <>
      {error !== null && <StaleBar since={dataUpdatedAt} error={error} onRetry={() => void refetch()} />}
      {children(data)}
    </>
  )
}
