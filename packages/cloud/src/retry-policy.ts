import type { CloudError } from './cloud-error.ts'

interface Retryable {
  /** The number of tries so far. */
  readonly tried: number
  /** Tries in all. */
  readonly attempts: number
  /** Whether sending the request twice has the effect of sending it once. */
  readonly isRepeatable: boolean
}

const shortestMs = 500
const longestMs = 10_000
/** A longer `Retry-After` fails immediately. */
const longestRetryAfterMs = 120_000

/** Returns the delay before the next try, in milliseconds; null to give up. */
export function retryDelay(error: CloudError, { tried, attempts, isRepeatable }: Retryable): number | null {
  if (!isRepeatable || tried >= attempts || !mayPass(error)) return null
  const asked = error.retryAfterMs
  if (asked !== undefined) return asked > longestRetryAfterMs ? null : Math.max(asked, backOff(0))
  return backOff(tried - 1)
}

/**
 * Returns a delay in milliseconds: 0.5 s, doubled with each failure up to 10 s. `failures` counts
 * from 0.
 */
export function backOff(failures: number): number {
  return Math.min(longestMs, shortestMs * 2 ** Math.min(failures, 10))
}

function mayPass({ code, status }: CloudError): boolean {
  if (status === 0) return code === 'unreachable' || code === 'no_answer'
  // A proxy may answer 500 itself, for example while the server behind it is replaced.
  const isOfProxy = code === 'unexpected_answer' && status >= 500 && status !== 501
  return isOfProxy || [429, 502, 503, 504].includes(status) || code === 'idempotency_key_in_progress'
}
