import { describe, expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { ApiError } from '../http/index.ts'
import type { Buckets } from './buckets.ts'
import { createLimiter, type RateLimiter } from './limiter.ts'
import { ProcessBuckets } from './process-buckets.ts'
import { rateLimitRules } from './rules.ts'
import { removeFullBuckets, SharedBuckets } from './store.ts'

const it = testServer()
const limited = testServer({ HARMONT_RATE_LIMITS: 'on' })
const limiterWith = (setting: string) => createLimiter(new SharedBuckets(it.server.pool), rateLimitRules(setting))

/** Returns the seconds to wait; null if the action was allowed. */
async function retryAfter(taken: Promise<void>): Promise<number | null> {
  const error = await taken.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error === null) return null
  if (!(error instanceof ApiError)) throw error
  expect([error.code, error.status]).toEqual(['rate_limited', 429])
  expect(error.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  return Number(error.headers['retry-after'])
}

async function countTaken(limiters: readonly RateLimiter[], name: 'builds' | 'tokens_user', key: string) {
  const waits = await Promise.all(
    Array.from({ length: 50 }, (_, n) => retryAfter((limiters[n % limiters.length] as RateLimiter).take(name, key))),
  )
  return { taken: waits.filter((wait) => wait === null).length, waits: waits.filter((wait) => wait !== null) }
}

describe.for(['builds', 'tokens_user'] as const)('G35 the limit `%s`', (name) => {
  test('admits exactly its count of 50 concurrent requests, and gives the others the time to wait', async () => {
    const one = limiterWith(`${name}=7/1h`)
    // A shared limit counts for two processes together.
    const limiters = name === 'tokens_user' ? [one, limiterWith(`${name}=7/1h`)] : [one]
    const { taken, waits } = await countTaken(limiters, name, 'a')
    expect(taken).toBe(7)
    expect(waits).toHaveLength(43)
    // One token is refilled every 514.3 s.
    for (const wait of waits) expect([513, 514, 515]).toContain(wait)
    expect(await retryAfter(one.take(name, 'b'))).toBeNull()
  })

  test('can be checked without taking, counted without refusing, and tested without throwing', async () => {
    const limiter = limiterWith(`${name}=2/1h`)
    for (let n = 0; n < 5; n += 1) await limiter.check(name, 'd')
    await limiter.note(name, 'd')
    expect(await limiter.allows(name, 'd')).toBe(true)
    expect(await limiter.allows(name, 'd')).toBe(false)
    await limiter.note(name, 'd')
    const wait = await retryAfter(limiter.check(name, 'd'))
    // A full bucket does not grow further, so refilling one of two tokens takes half an hour.
    expect(wait).toBeGreaterThan(1790)
    expect(wait).toBeLessThanOrEqual(1800)
  })
})

describe('a token is available after Retry-After, and not before', () => {
  const bucket = { name: 'tokens_user', key: 'c', rule: { count: 2, seconds: 30, shared: true } } as const

  async function takeTwoAndWait(buckets: Buckets, passSeconds: (seconds: number) => Promise<unknown>) {
    expect([await buckets.take(bucket), await buckets.take(bucket)]).toEqual([0, 0])
    expect(Math.ceil((await buckets.take(bucket)) / 1000)).toBe(15)
    await passSeconds(14)
    expect(Math.ceil((await buckets.take(bucket)) / 1000)).toBe(1)
    await passSeconds(1)
    expect(await buckets.take(bucket)).toBe(0)
    expect(await buckets.take(bucket)).toBeGreaterThan(14_000)
  }

  test('in the process', async () => {
    let now = 0
    await takeTwoAndWait(new ProcessBuckets(10, () => now), async (seconds) => {
      now += seconds * 1000
    })
  })

  test('in PostgreSQL', async () => {
    const { pool } = it.server
    await takeTwoAndWait(new SharedBuckets(pool), (seconds) =>
      pool.query("update rate_limits set full_at = full_at - make_interval(secs => $1) where key = 'c'", [seconds]),
    )
  })
})

test('a limit by address counts an IPv6 /64 as one', async () => {
  const limiter = limiterWith('sign_in_address=1/1h,anonymous=1/1h')
  for (const name of ['sign_in_address', 'anonymous'] as const) {
    expect(await retryAfter(limiter.take(name, '2001:db8::1'))).toBeNull()
    expect(await retryAfter(limiter.take(name, '2001:db8::2'))).not.toBeNull()
    expect(await retryAfter(limiter.take(name, '2001:db8:0:1::1'))).toBeNull()
  }
})

test('`off` limits nothing', async () => {
  const { taken } = await countTaken([limiterWith('off')], 'builds', 'e')
  expect(taken).toBe(50)
})

test('only full buckets are removed from the database', async () => {
  const { pool } = it.server
  await pool.query('delete from rate_limits')
  const limiter = limiterWith('tokens_user=1/1h')
  await limiter.take('tokens_user', 'full')
  await pool.query("update rate_limits set full_at = now() - interval '1 second'")
  await limiter.take('tokens_user', 'empty')
  expect(await removeFullBuckets(pool)).toBe(1)
  expect((await pool.query('select key from rate_limits')).rows).toEqual([{ key: 'empty' }])
})

test('memory is bounded: full buckets are removed, and beyond the maximum the least recently used', async () => {
  let now = 1000
  const buckets = new ProcessBuckets(100, () => now)
  const take = (key: string) => buckets.take({ name: 'reads', key, rule: { count: 2, seconds: 10, shared: false } })
  for (let n = 0; n < 1000; n += 1) await take(`flood-${n}`)
  expect(buckets.size).toBe(100)
  await take('flood-999')
  expect(await take('flood-999')).toBeCloseTo(5000)
  now += 10_000
  for (let n = 0; n < 60; n += 1) await take(`later-${n}`)
  expect(buckets.size).toBe(60)
})

test('G52 five watchers of a build and three waiting CLIs stay below every limit for a minute', async () => {
  const path = '/api/v0/organizations/default/pipelines/ci/builds/1'
  const watched = Array.from({ length: 5 * 80 }, () => limited.request(ownerToken, 'GET', path))
  const claimed = ['a', 'b', 'c'].flatMap((nonce) =>
    Array.from({ length: 80 }, () =>
      limited.request(null, 'POST', '/api/v0/auth/cli/claim', { nonce: nonce.repeat(16) }),
    ),
  )
  expect(new Set((await Promise.all(watched)).map(codeOf))).toEqual(new Set(['pipeline_not_found']))
  expect(new Set((await Promise.all(claimed)).map(codeOf))).toEqual(new Set(['cli_code_invalid']))
})
