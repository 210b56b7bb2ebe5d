import { apiError } from '../http/api-error.ts'
import { addressKey } from './address-key.ts'
import type { Bucket, Buckets } from './buckets.ts'
import { ProcessBuckets } from './process-buckets.ts'
import { type LimitName, type LimitRule, limitRules, type RateLimitRules } from './rules.ts'

/** Limits the rate of actions (`http.md` 12.3, G35). */
export interface RateLimiter {
  /** Takes a token of that key. Throws 429 `rate_limited` with `Retry-After` if there is none. */
  take(name: LimitName, key: string): Promise<void>
  /**
   * Throws 429 if there is no token, without taking one. For limits on failures, before an attempt.
   */
  check(name: LimitName, key: string): Promise<void>
  /** Takes a token without ever refusing. For limits on failures, after a failure. */
  note(name: LimitName, key: string): Promise<void>
  /** Takes a token. Returns false if there is none. For work that is silently skipped. */
  allows(name: LimitName, key: string): Promise<boolean>
}

/**
 * Creates a limiter from the setting HARMONT_RATE_LIMITS. `shared` holds the buckets that count for
 * all processes together.
 */
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
