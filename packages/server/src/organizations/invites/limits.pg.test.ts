import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'invites_organization=5/1d' })

test('G35 an organization has a daily limit of invites, across its admins, and others are unaffected', async () => {
  const [owner, other] = [await it.newUser('sender'), await it.newUser('other-sender')]
  const invite = (user: typeof owner, n: number) =>
    it.request(user.token, 'POST', `/api/v0/organizations/${user.organization}/invites`, {
      email: `guest-${n}@example.com`,
      role: 'member',
    })
  for (let n = 0; n < 5; n += 1) expect((await invite(owner, n)).status).toBe(201)
  const refused = await invite(owner, 5)
  expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3600)
  expect((await invite(other, 0)).status).toBe(201)
})
