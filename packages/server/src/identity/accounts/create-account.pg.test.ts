import { expect, test } from 'vitest'
import { systemActor } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { testServer } from '../../testing/server.ts'
import { createAccount } from './create-account.ts'

const it = testServer()

function create(email: string, signupCap: number | null = null, name = 'A Name') {
  return transaction(it.server.pool, (client) => createAccount(client, systemActor, { email, name, signupCap }))
}

async function userCount(): Promise<number> {
  return (await it.server.pool.query('select count(*)::int as count from users')).rows[0].count
}

test('a new user owns a personal organization of the same name', async () => {
  const made = await create('a.b@c.org', null, 'Ada B')
  if (made === 'taken') throw new Error('the address is free')
  expect(made.personalOrgSlug).toBe('a-b-c-org')
  const { rows } = await it.server.pool.query(
    `select o.name, o.personal_of, m.role from organizations o join memberships m on m.organization_id = o.id where m.user_id = $1`,
    [made.userId],
  )
  expect(rows).toEqual([{ name: 'Ada B', personal_of: made.userId, role: 'owner' }])
})

test.for([
  ['a-b@c.org', /^a-b-c-org-2$/],
  ['日本@例.jp', /^jp$/],
  [`${'x'.repeat(64)}@example.com`, /^x{63}$/],
  ['new@-', /^new-2$/],
] as const)('the personal organization of %s gets a free slug', async ([email, slug]) => {
  expect(await create(email)).toMatchObject({ personalOrgSlug: expect.stringMatching(slug) })
})

test('an address has one account, even when ten are created concurrently', async () => {
  const made = await Promise.all(Array.from({ length: 10 }, () => create('once@example.com')))
  expect(made.filter((each) => each !== 'taken')).toHaveLength(1)
})

test('there are never more users than the cap, even when many sign up concurrently', async () => {
  const cap = (await userCount()) + 3
  const tries = Array.from({ length: 12 }, (_, n) => create(`crowd-${n}@example.com`, cap))
  const results = await Promise.allSettled(tries)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'signup_cap_reached', status: 503 })
  expect(await userCount()).toBe(cap)
  await expect(create('closed@example.com', 0)).rejects.toMatchObject({ code: 'signup_cap_reached' })
})

test.for([
  ['  Ada@Example.COM ', 'ada@example.com'],
  ['a+b@example.com', 'a+b@example.com'],
  ['a@bücher.example', 'a@xn--bcher-kva.example'],
  ['admin@localhost', 'admin@localhost'],
  ['no-at', undefined],
  ['a@b@c.org', undefined],
  ['@c.org', undefined],
  ['a@', undefined],
  ['a@b.org\r\nBcc: x@y.org', undefined],
  ['a\u0000@b.org', undefined],
  ['a b@c.org', undefined],
  ['"a b"@c.org', undefined],
  ['Ada <a@b.org>', undefined],
  ['a@[127.0.0.1]', undefined],
  ['a,b@c.org', undefined],
  ['a@-x.org', undefined],
  [`${'x'.repeat(65)}@c.org`, undefined],
  [`a@${'x.'.repeat(130)}org`, undefined],
] as const)('the address %j is read as %j', ([text, address]) => {
  expect(readEmailAddress(text)).toBe(address)
})
