import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'on' })
const base = '/api/v0/auth/cli'

async function statuses(count: number, ask: (n: number) => Promise<{ readonly status: number }>): Promise<number[]> {
  const seen: number[] = []
  for (let n = 0; n < count; n += 1) seen.push((await ask(n)).status)
  return seen
}

/**
 * Sends requests until one is refused. Returns the number of accepted requests; the limit refills
 * meanwhile.
 */
async function untilRefused(ask: (n: number) => Promise<{ readonly status: number }>): Promise<number> {
  for (let n = 0; n < 200; n += 1) if ((await ask(n)).status === 429) return n
  throw new Error('200 were not refused')
}

function claim(nonce: string) {
  return it.request(null, 'POST', `${base}/claim`, { nonce })
}

test('G35 polling with one nonce is free; after 60 different unknown nonces an address gets 429, even for a valid one', async () => {
  const { token } = await it.newUser('poller')
  const polled = 'the-nonce-that-is-polled'
  expect(new Set(await statuses(80, () => claim(polled)))).toEqual(new Set([400]))
  const right = (n: number) => `the-nonce-that-was-guessed-${n}`
  for (let n = 0; n < 9; n += 1) await it.request(token, 'POST', `${base}/transfer`, { nonce: right(n) })
  // The polled nonce is one of the 60.
  expect(await untilRefused((n) => claim(`guess-number-${n}-of-many`))).toBeGreaterThanOrEqual(59)
  // The limit refills by one per second. Each valid nonce that is accepted takes one.
  let refused = await claim(right(0))
  for (let n = 1; n < 9 && refused.status === 200; n += 1) refused = await claim(right(n))
  expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // A CLI that polls from the same address is not limited.
  await it.request(token, 'POST', `${base}/transfer`, { nonce: polled })
  expect((await claim(polled)).status).toBe(200)
})

test('G35 after 10 wrong codes an address gets 429, even for the right one', async () => {
  const { token } = await it.newUser('guesser')
  const { body } = await it.request<{ code: string }>(token, 'POST', `${base}/code`)
  const redeem = (code: string) => it.request(null, 'POST', `${base}/redeem`, { code })
  expect(await untilRefused((n) => redeem(`WRONG${n}`))).toBeGreaterThanOrEqual(10)
  expect((await redeem(body.code)).status).toBe(429)
})

test('G35 a user parks at most 10 logins a minute', async () => {
  const { token } = await it.newUser('granter')
  const park = (n: number) =>
    n % 2 === 0
      ? it.request(token, 'POST', `${base}/code`)
      : it.request(token, 'POST', `${base}/transfer`, { nonce: `a-nonce-of-the-user-${n}` })
  expect(await untilRefused(park)).toBeGreaterThanOrEqual(10)
})
