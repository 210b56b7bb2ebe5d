import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { readCoupon } from '../../commands/coupon.ts'
import { type Answer, codeOf, testServer } from '../../testing/server.ts'
import { insertCoupon } from './coupons.ts'
import { findMismatches } from './ledger.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'on' })

interface Person {
  readonly organization: string
  readonly token: string
}

const newPerson = (): Promise<Person> => it.newUser(`user-${randomUUID().slice(0, 8)}`)

async function newCoupon(more: { readonly maxRedemptions?: number; readonly expiresAt?: Date } = {}): Promise<string> {
  const code = `Gift-${randomUUID().slice(0, 8)}`
  const made = { id: randomUUID(), code, creditCents: 2500, maxRedemptions: 1, expiresAt: null, ...more }
  expect(await insertCoupon(it.server.pool, made)).toBe(true)
  return code
}

const redeem = ({ token, organization }: Person, code: string): Promise<Answer> =>
  it.request(token, 'POST', `/api/v0/billing/coupon/redeem/${organization}`, { code })

const balanceOf = async ({ token, organization }: Person): Promise<unknown> =>
  (await it.request(token, 'GET', `/api/v0/billing/balance/${organization}`)).body

test('a coupon books its credit in the ledger and the audit log, in any spelling of its code', async () => {
  const person = await newPerson()
  const code = await newCoupon()
  const answer = await redeem(person, `  ${code.toUpperCase()}\n`)
  expect([answer.status, answer.body]).toEqual([200, { credit_cents: 2500, balance_cents: 2500 }])
  expect(await balanceOf(person)).toEqual({ balance_cents: 2500 })
  const ledger = await it.request(person.token, 'GET', `/api/v0/billing/transactions/${person.organization}`)
  expect(ledger.body).toMatchObject({ data: [{ amount_cents: 2500, source: 'coupon_redemption', description: code }] })
  const audit = await it.request(person.token, 'GET', `/api/v0/organizations/${person.organization}/audit-events`)
  expect(JSON.stringify(audit.body)).toContain('coupon.redeemed')
})

test('G41 when 50 organizations redeem a coupon of 10 uses at once, 10 succeed, each once', async () => {
  const code = await newCoupon({ maxRedemptions: 10 })
  const people = await Promise.all(Array.from({ length: 50 }, newPerson))
  const answers = await Promise.all(people.map((person) => redeem(person, code)))
  const lucky = people.filter((_, index) => answers[index]?.status === 200)
  expect(lucky).toHaveLength(10)
  const refused = answers.filter(({ status }) => status !== 200)
  expect(new Set(refused.map(codeOf))).toEqual(new Set(['coupon_exhausted']))
  const again = await Promise.all(lucky.map((person) => redeem(person, code)))
  expect(new Set(again.map(codeOf))).toEqual(new Set(['coupon_already_claimed']))
  for (const person of lucky) expect(await balanceOf(person)).toEqual({ balance_cents: 2500 })
  const { rows } = await it.server.pool.query('select redemptions from coupons where code = $1', [code])
  expect(rows).toEqual([{ redemptions: 10 }])
  expect(await findMismatches(it.server.pool)).toEqual([])
})

test('G41 an organization that redeems one coupon ten times at once gets it once', async () => {
  const person = await newPerson()
  const code = await newCoupon({ maxRedemptions: 10 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(person, code)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await balanceOf(person)).toEqual({ balance_cents: 2500 })
})

test('a claimed coupon is reported as claimed even if it is expired or exhausted; an unknown code is not found', async () => {
  const [first, second] = [await newPerson(), await newPerson()]
  const code = await newCoupon()
  expect((await redeem(first, code)).status).toBe(200)
  expect(codeOf(await redeem(second, code))).toBe('coupon_exhausted')
  await it.server.pool.query("update coupons set expires_at = now() - interval '1 s' where code = $1", [code])
  expect([codeOf(await redeem(first, code)), codeOf(await redeem(second, code))]).toEqual([
    'coupon_already_claimed',
    'coupon_expired',
  ])
  expect(codeOf(await redeem(second, `${code}x`))).toBe('coupon_not_found')
})

test('G35 after ten wrong codes, even the right one has to wait', async () => {
  const person = await newPerson()
  const code = await newCoupon()
  for (let n = 0; n < 10; n += 1) expect(codeOf(await redeem(person, `guess-${n}`))).toBe('coupon_not_found')
  const answer = await redeem(person, code)
  expect([answer.status, codeOf(answer)]).toEqual([429, 'rate_limited'])
})

test('a user who redeemed a coupon cannot delete the account, even if both happen at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await newPerson()
    const code = await newCoupon()
    const [redeemed, deleted] = await Promise.all([
      redeem(person, code),
      it.request(person.token, 'DELETE', '/api/v0/user'),
    ])
    if (deleted.status === 204) expect(redeemed.status).toBeGreaterThanOrEqual(401)
    else expect([redeemed.status, codeOf(deleted)]).toEqual([200, 'account_has_billing_history'])
  }
  const person = await newPerson()
  expect((await redeem(person, await newCoupon())).status).toBe(200)
  const deleted = await it.request(person.token, 'DELETE', '/api/v0/user')
  expect([deleted.status, codeOf(deleted)]).toEqual([409, 'account_has_billing_history'])
})

test('the command parses codes, dollars, uses and a last day, which is included', () => {
  expect(readCoupon(['WELCOME', '12.50'])).toMatchObject({ creditCents: 1250, maxRedemptions: 1, expiresAt: null })
  const until = readCoupon(['WELCOME', '5', '--uses', '10', '--expires', '2999-01-31']).expiresAt
  expect(until?.toISOString()).toBe('2999-02-01T00:00:00.000Z')
  for (const [args, wrong] of [
    [['a b', '5'], 'CODE'],
    [['WELCOME', '0'], 'dollars'],
    [['WELCOME', '5', '--uses', '0'], '--uses'],
    [['WELCOME', '5', '--expires', '2001-01-01'], '--expires'],
    [['WELCOME', '5', '--expires', 'soon'], '--expires'],
    [['WELCOME', '5', '--twice'], '--twice'],
  ] as const)
    expect(() => readCoupon(args), String(args)).toThrow(wrong)
})
