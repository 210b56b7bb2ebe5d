import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settingsTable } from '../../platform/settings/table.ts'
import { debitFor, leaseCost, leaseSeconds } from './lease-cost.ts'

const usual = { cpuCount: 2, memoryGb: 4, diskGb: 20 }
const rates = settingsTable.billingRates.fallback

test.for([
  [60, 2],
  [300, 12],
  [3600, 151],
] as const)('%d seconds of the default machine cost %d cents', ([seconds, cents]) => {
  expect(debitFor(0, leaseCost(seconds, usual, rates)).debitCents).toBe(cents)
})

test('G40 debits and carry together equal the cost of any leases', () => {
  const lease = fc.record({ seconds: fc.nat(604_800), cpuCount: fc.integer({ min: 1, max: 64 }) })
  fc.assert(
    fc.property(fc.array(lease, { maxLength: 50 }), (leases) => {
      let carry = 0
      let cents = 0
      let used = 0
      for (const { seconds, cpuCount } of leases) {
        const cost = leaseCost(seconds, { ...usual, cpuCount }, rates)
        const debit = debitFor(carry, cost)
        used += cost
        cents += debit.debitCents
        carry = debit.carry
        expect(carry).toBeLessThan(1_000_000)
      }
      expect(cents * 1_000_000 + carry).toBe(used)
    }),
  )
})

test('fractions of a second and a clock that was set back cost nothing', () => {
  const at = (ms: number) => new Date(1_750_000_000_000 + ms)
  expect(leaseSeconds(at(0), at(1999))).toBe(1)
  expect(leaseSeconds(at(5000), at(0))).toBe(0)
})
