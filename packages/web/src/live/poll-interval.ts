import { problemOf } from '../api/problem.ts'

const intervals = { build: { polling: 2000, hidden: 15_000 }, list: { polling: 10_000, hidden: null } } as const
const troubledMs = 30_000

/**
 * Returns a query's `refetchInterval`: false while events arrive, or after a 404. A running build
 * is polled in a hidden tab too (`refetchIntervalInBackground`), which keeps its title up to date
 * (web D1, D3). `error` is the query's last error, or null.
 */
export function pollInterval(
  mode: 'live' | 'polling' | 'off',
  what: keyof typeof intervals,
  error: unknown,
): number | false {
  const { polling, hidden } = intervals[what]
  const usual = mode === 'live' ? null : mode === 'polling' ? polling : hidden
  if (usual === null) return false
  if (error === null) return usual
  const { status, retryAfterMs } = problemOf(error)
  return status === 404 ? false : Math.max(troubledMs, retryAfterMs ?? 0)
}
