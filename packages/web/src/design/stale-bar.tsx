import { problemOf } from '../api/problem.ts'
import { isPassing } from '../api/query-client.ts'
import { Button } from './button.tsx'
import { Instant } from './instant.tsx'

interface StaleBarProps {
  /** When what is shown was read, Unix milliseconds. */
  readonly since: number
  readonly error: unknown
  readonly onRetry: () => void
}

/** Old data stays, and this says since when it is old and why (web.md 2). A server that gives nothing newer is told of once, over the page. */
export function StaleBar({ since, error, onRetry }: StaleBarProps) {
  if (isPassing(error)) return null
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-y border-hairline bg-wait-tint px-4 py-1 text-wait"
    >
      <span>
        Last updated <Instant at={new Date(since).toISOString()} />. {problemOf(error).message}
      </span>
      <Button look="quiet" onClick={onRetry}>
        Try now
      </Button>
    </div>
  )
}
