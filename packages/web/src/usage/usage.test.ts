import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryName, forecast } from './credit.ts'
import { countDays, daysWanted, noUsageSentence } from './days.ts'

const now = Date.parse('2026-03-02T23:59:00Z')

test('web U2 days are UTC days up to today, or valid days of the address', () => {
  expect(daysWanted({}, now)).toEqual({ from: '2026-02-01', to: '2026-03-02' })
  expect(daysWanted({ range: '7' }, now)).toEqual({ from: '2026-02-24', to: '2026-03-02' })
  expect(daysWanted({ from: '2026-01-01', to: '2026-01-01' }, now)).toEqual({ from: '2026-01-01', to: '2026-01-01' })
  for (const [from, to] of [
    ['2026-02-31', '2026-03-01'],
    ['2026-03-02', '2026-03-01'],
    ['2020-01-01', '2026-03-01'],
    ['yesterday', '2026-03-01'],
  ] as const)
    expect(daysWanted({ from, to }, now)).toEqual({ from: '2026-02-01', to: '2026-03-02' })
  fc.assert(
    fc.property(fc.constantFrom('7', '30', '90'), (range) => countDays(daysWanted({ range }, now)) === Number(range)),
  )
})

test('web U2 a longer range is suggested only if there is one', () => {
  expect(noUsageSentence(daysWanted({ range: '30' }, now))).toContain('try 90 days')
  expect(noUsageSentence(daysWanted({ range: '90' }, now))).not.toContain('try')
  expect(noUsageSentence({ from: '2026-03-01', to: '2026-03-01' })).toMatch(/^No usage on 2026-03-01/)
})

test('web U1 a balance shows how long it lasts, and warns in time', () => {
  const said = [
    [1200, 700, 7],
    [300, 700, 7],
    [100, 700, 7],
    [50, 700, 7],
    [0, 700, 7],
    [-5, 0, 7],
    [100, 0, 7],
    [1_000_000, 7, 7],
  ].map(([balance = 0, spent = 0, days = 0]) => forecast(balance, spent, days))
  expect(said.map(({ sentence, warns }) => `${warns ? '! ' : ''}${sentence}`)).toEqual([
    'About 12 days at this rate.',
    '! About 3 days at this rate.',
    '! About 1 day at this rate.',
    '! Less than a day at this rate.',
    '! Builds do not start until you top up.',
    '! Builds do not start until you top up.',
    'No recent spending.',
    'More than a year at this rate.',
  ])
})

test('web U4 refunds, disputes and their reversals have different names', () => {
  const refund = (amount_cents: number, description: string) =>
    entryName({ source: 'refund', amount_cents, description })
  expect([refund(-5, 'cs_1'), refund(5, 'cs_1')]).toEqual(['Refund', 'Failed refund'])
  expect([refund(-5, 'Dispute du_1 of cs_1'), refund(5, 'Dispute du_1 of cs_1')]).toEqual([
    'Dispute',
    'Dispute returned',
  ])
  expect(entryName({ source: 'admin_grant', amount_cents: -5, description: 'Dispute by hand' })).toBe('Grant')
})
