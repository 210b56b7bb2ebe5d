import type { LimitName, LimitRule } from './rules.ts'

/** Which bucket: the limit's name, and whom it counts. */
export interface Bucket {
  readonly name: LimitName
  readonly key: string
  readonly rule: LimitRule
}

/**
 * Buckets of tokens. Of each is known only when it will be full again: a token takes that `seconds / count` further away, and the bucket is empty
 * when it lies more than `seconds` ahead.
 */
export interface Buckets {
  /** Takes a token. Gives after how many milliseconds there will be one: 0 when it was taken. */
  take(bucket: Bucket): Promise<number>
  /** The same without taking one. */
  wait(bucket: Bucket): Promise<number>
}

/** How long one token needs to come back, in milliseconds. */
export function tokenMs({ count, seconds }: LimitRule): number {
  return (seconds * 1000) / count
}
