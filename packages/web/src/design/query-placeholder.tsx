import type { UseQueryResult } from '@tanstack/react-query'
import { ErrorState, Skeleton } from './page-states.tsx'

interface QueryPlaceholderProps {
  readonly query: Pick<UseQueryResult, 'data' | 'error' | 'refetch'>
  /** Names the data: `the members`. */
  readonly what: string
  /** The number of grey rows. */
  readonly rows?: number
  /** The text for screen readers during loading. */
  readonly label?: string
}

/** Shows grey rows or the failure while a query has no data, and nothing afterwards. */
export function QueryPlaceholder({ query, what, rows, label = `Loading ${what}` }: QueryPlaceholderProps) {
  if (query.data !== undefined) return null
  if (query.error === null) return <Skeleton {...(rows !== undefined && { rows })} label={label} />
  return <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} />
}
