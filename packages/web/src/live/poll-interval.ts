import { problemOf } from '../api/problem.ts'

export type LiveMode = 'live' | 'polling' | 'off'

/** The data whose changes events announce, fully or in part. */
type Followed = 'build' | 'waiting build' | 'proving build' | 'list'

/**
 * By what is followed, in milliseconds; null: never. No event announces that a step moves up in a
 * queue, because this depends on other builds, or that proof runs have ended, because they follow
 * the build's end.
 */
const intervals: Readonly<Record<Followed, Readonly<Record<LiveMode, number | null>>>> = {
  build: { live: null, polling: 2000, off: 15_000 },
  'waiting build': { live: 10_000, polling: 2000, off: 15_000 },
  'proving build': { live: 5000, polling: 5000, off: 5000 },
  list: { live: null, polling: 10_000, off: null },
}
const troubledMs = 30_000

/**
 * Returns a query's `refetchInterval`; false if events suffice, or after a 404. A running build is
 * polled in a hidden tab too (`refetchIntervalInBackground`), which keeps its title up to date (web
 * D1, D3). `error` is the query's last error, or null.
 */
export function pollInterval(mode: LiveMode, what: Followed, error: unknown): number | false {
  const usual = intervals[what][mode]
  if (usual === null) return false
  if (error === null) return usual
  const { status, retryAfterMs } = problemOf(error)
  return status === 404 ? false : Math.max(troubledMs, retryAfterMs ?? 0)
}
