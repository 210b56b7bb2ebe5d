import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'on' })

test('G35 a user creates at most 20 keys an hour; an invalid request does not count', async () => {
  const { token } = await it.newUser('maker')
  const make = (description: string) => it.request(token, 'POST', '/api/v0/user/api-tokens', { description })
  for (let n = 0; n < 5; n += 1) expect((await make(' ')).status).toBe(422)
  for (let n = 0; n < 20; n += 1) expect((await make(`key ${n}`)).status).toBe(201)
  const refused = await make('one more')
  expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
})
