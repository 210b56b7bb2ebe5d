import fc from 'fast-check'
import { expect, test } from 'vitest'
import { movementsOf } from './disputes.ts'

const dispute = (amount: number, ...moved: readonly (readonly [amount: number, type?: string])[]) => ({
  id: 'du_1',
  amount,
  balance_transactions: moved.map(([cents, type = 'adjustment'], at) => ({ id: `txn_${at}`, amount: cents, type })),
})
const centsOf = (told: ReturnType<typeof dispute>) =>
  movementsOf(told, 'pi_1')?.map(({ amountCents }) => amountCents) ?? null

test('withdrawals and returns are counted in cents, fees are not, and an inquiry has no movement', () => {
  expect(centsOf(dispute(3000))).toEqual([])
  expect(centsOf(dispute(3000, [-3000]))).toEqual([-3000])
  expect(centsOf(dispute(3000, [-3000], [-1500, 'stripe_fee'], [3000]))).toEqual([-3000, 3000])
  expect(centsOf(dispute(3000, [-3000], [1000]))).toEqual([-3000, 1000])
  expect(centsOf(dispute(3000, [-3000], [3000], [-3000]))).toEqual([-3000, 3000, -3000])
})

test("a movement in the account's currency counts by its share of the disputed amount", () => {
  expect(centsOf(dispute(3000, [-2737], [2737]))).toEqual([-3000, 3000])
  expect(centsOf(dispute(3000, [-2737], [2750]))).toEqual([-3000, 3000])
  expect(centsOf(dispute(3000, [-450_000], [150_000]))).toEqual([-3000, 1000])
})

test('a return without a withdrawal, or without an amount, cannot be converted', () => {
  expect(centsOf(dispute(3000, [3000]))).toBeNull()
  for (const amount of [0, -1, 0.5, Number.NaN]) expect(centsOf(dispute(amount, [-3000]))).toBeNull()
})

test('a later event repeats the movements of an earlier one unchanged', () => {
  const amounts = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 3 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), amounts, (amount, later) => {
      const all = movementsOf(dispute(amount, [-amount], ...later.map((each) => [each] as const)), 'pi_1')
      const before = movementsOf(dispute(amount, [-amount]), 'pi_1')
      expect(all?.slice(0, 1)).toEqual(before)
    }),
  )
})
