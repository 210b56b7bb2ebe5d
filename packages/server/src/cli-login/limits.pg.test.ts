import { expect, test } from 'vitest'
import { codeOf, testServer } from '../testing/server.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'on' })
const base = '/api/v0/auth/cli'

async function statuses(count: number, ask: (n: number) => Promise<{ readonly status: number }>): Promise<number[]> {
  const seen: number[] = []
  for (let n = 0; n < count; n += 1) seen.push((await ask(n)).status)
  return seen
}

function claim(nonce: string) {
  return it.request(null, 'POST', `${base}/claim`, { nonce })
}

test('G35 polling for one nonce costs nothing, and after 60 different unknown ones an address gets 429, a right one included', async () => {
  const { token } = await it.newUser('poller')
  const polled = 'the-nonce-that-is-polled'
  expect(new Set(await statuses(80, () => claim(polled)))).toEqual(new Set([400]))
  const guesses = await statuses(70, (n) => claim(`guess-number-${n}-of-many`))
  expect(guesses[0]).toBe(400)
  expect(guesses.filter((status) => status === 400).length).toBeLessThan(65)
  expect(guesses.at(-1)).toBe(429)
  const right = 'the-nonce-that-was-guessed'
  await it.request(token, 'POST', `${base}/transfer`, { nonce: right })
  const refused = await claim(right)
  expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // The CLI that polls is not held up by its neighbour.
  await it.request(token, 'POST', `${base}/transfer`, { nonce: polled })
  expect((await claim(polled)).status).toBe(200)
})

test('G35 after 10 wrong codes an address gets 429, for the right one too', async () => {
  const { token } = await it.newUser('guesser')
  const { body } = await it.request<{ code: string }>(token, 'POST', `${base}/code`)
  const redeem = (code: string) => it.request(null, 'POST', `${base}/redeem`, { code })
  const guesses = await statuses(12, (n) => redeem(`WRONG${n}`))
  expect(guesses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 400))
  expect(guesses.at(-1)).toBe(429)
  expect((await redeem(body.code)).status).toBe(429)
})

test('G35 a user parks at most 10 logins a minute', async () => {
  const { token } = await it.newUser('granter')
  const parked = await statuses(12, (n) =>
    n % 2 === 0
      ? it.request(token, 'POST', `${base}/code`)
      : it.request(token, 'POST', `${base}/transfer`, { nonce: `a-nonce-of-the-user-${n}` }),
  )
  expect(parked.filter((status) => status < 300).length).toBeLessThanOrEqual(11)
  expect(parked.at(-1)).toBe(429)
})
