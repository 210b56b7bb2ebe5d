/**
 * Rate limits of our own instead of rate-limiter-flexible 11.4. It counts in fixed windows, so a
 * caller gets twice the limit around the end of one. Its memory grows with the keys: 500,000
 * addresses took 228 MB and as many timers; ours keeps at most 50,000 per limit. Its PostgreSQL
 * store compares with the clock of each process, and writes a row for each refusal too.
 */
import type { LimitName, LimitRule } from './rules.ts'

/** A bucket: the limit's name, and the key that it counts. */
export interface Bucket {
  readonly name: LimitName
  readonly key: string
  readonly rule: LimitRule
}

/**
 * Token buckets. Each stores only when it will be full: a token moves that `seconds / count` ahead,
 * and the bucket is empty when it lies more than `seconds` ahead.
 */
export interface Buckets {
  /** Takes a token. Returns the milliseconds until there is one; 0 when it was taken. */
  take(bucket: Bucket): Promise<number>
  /** Returns the same without taking one. */
  wait(bucket: Bucket): Promise<number>
}

/** Returns the milliseconds in which one token is refilled. */
export function tokenMs({ count, seconds }: LimitRule): number {
  return (seconds * 1000) / count
}
