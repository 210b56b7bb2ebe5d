import { apiError } from '../http/index.ts'
import { addressKey } from './address-key.ts'
import type { Bucket, Buckets } from './buckets.ts'
import { ProcessBuckets } from './process-buckets.ts'
import { type LimitName, type LimitRule, limitRules, type RateLimitRules } from './rules.ts'

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

/** A limiter with the limits of the setting HARMONT_RATE_LIMITS. `shared` holds what all processes count together. */
export function createLimiter(shared: Buckets, setting: RateLimitRules): RateLimiter {
  if (setting === 'off') return noLimits
  const rules: Readonly<Record<LimitName, LimitRule>> = { ...limitRules, ...(setting === 'on' ? {} : setting) }
  const own = new ProcessBuckets()
  const find = (name: LimitName, key: string): [Buckets, Bucket] => {
    const rule = rules[name]
    return [rule.shared ? shared : own, { name, key: isByAddress(name) ? addressKey(key) : key, rule }]
  }
  return {
    async take(name, key) {
      const [buckets, bucket] = find(name, key)
      refuseFor(await buckets.take(bucket), bucket)
    },
    async check(name, key) {
      const [buckets, bucket] = find(name, key)
      refuseFor(await buckets.wait(bucket), bucket)
    },
    async note(name, key) {
      const [buckets, bucket] = find(name, key)
      await buckets.take(bucket)
    },
    async allows(name, key) {
      const [buckets, bucket] = find(name, key)
      return (await buckets.take(bucket)) === 0
    },
  }
}

const noLimits: RateLimiter = {
  take: async () => {},
  check: async () => {},
  note: async () => {},
  allows: async () => true,
}

function isByAddress(name: LimitName): boolean {
  return name === 'anonymous' || name.endsWith('_address')
}

function refuseFor(waitMs: number, { name, rule }: Bucket): void {
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1000)
  throw apiError(
    'rate_limited',
    `At most ${rule.count} requests per ${rule.seconds} s (limit \`${name}\`); try again in ${seconds} s.`,
    { headers: { 'retry-after': String(seconds) } },
  )
}
