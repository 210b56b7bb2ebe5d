import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf } from '../../testing/server.ts'
import { signInServer } from './passkeys.test-support.ts'

const it = signInServer({ HARMONT_RATE_LIMITS: 'sign_in_address=1000/1m' })
const signup = '/auth/passkey/signup/begin'

test('G35 after 10 wrong sign-up links a minute, an address gets 429 for every sign-in method', async () => {
  const guess = () => it.post('/auth/passkey/signup/options', { verification_token: 'x'.repeat(43) })
  const answers = []
  for (let n = 0; n < 12; n += 1) answers.push(await guess())
  expect(answers.map(codeOf)).toEqual([
    ...Array.from({ length: 10 }, () => 'passkey_token_invalid'),
    ...Array.from({ length: 2 }, () => 'rate_limited'),
  ])
  expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/)
  const login = { challenge_id: randomUUID(), assertion: {} }
  expect(codeOf(await it.post('/auth/passkey/login/finalize', login))).toBe('rate_limited')
})

test('G35 an address gets three mails an hour, and the responses do not reveal the limit', async () => {
  const email = `${randomUUID()}@example.com`
  for (let n = 0; n < 5; n += 1) expect((await it.post(signup, { email, name: 'Ada' })).status).toBe(204)
  await it.mails.mailTo(email, 3)
  const other = `${randomUUID()}@example.com`
  await it.post(signup, { email: other, name: 'Ada' })
  await it.mails.mailTo(other)
  expect(it.mails.mails.filter(({ recipients }) => recipients.includes(email))).toHaveLength(3)
})

test('G35 one client can request 20 mails an hour', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => it.post(signup, { email: `${randomUUID()}@example.com`, name: 'Ada' })),
  )
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(14)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(6)
})
