import type { LimitName } from './rules.ts'

/** Counts what may be done so often and no more (`http.md` 12.3, G35). */
export interface RateLimiter {
  /** Takes one from the bucket of that key. Throws 429 `rate_limited` with `Retry-After` when it is empty. */
  take(name: LimitName, key: string): Promise<void>
  /** Throws 429 when the bucket is empty, and takes nothing: for limits on failures, before the attempt. */
  check(name: LimitName, key: string): Promise<void>
  /** Takes one, and never refuses: for limits on failures, after one. */
  note(name: LimitName, key: string): Promise<void>
  /** Takes one; false when the bucket is empty. For what is silently left out. */
  allows(name: LimitName, key: string): Promise<boolean>
}
