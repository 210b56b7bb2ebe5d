import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationScale } from './duration-scale.ts'

test('web P2 P3 one build that hung for hours does not flatten the others', () => {
  const usual = [240_000, 250_000, 255_000, 310_000, 41_000, 262_000]
  expect(durationScale([...usual, 10_800_000])).toEqual({ topMs: 310_000, isClipped: true })
  expect(durationScale(usual)).toEqual({ topMs: 310_000, isClipped: false })
})

test('a duration twice as long as the others, or of a second kind, is not an outlier', () => {
  expect(durationScale([60_000, 60_000, 60_000, 60_000, 118_000])).toEqual({ topMs: 118_000, isClipped: false })
  expect(durationScale([10_000, 10_000, 300_000, 310_000])).toEqual({ topMs: 310_000, isClipped: false })
  expect(durationScale([5000])).toEqual({ topMs: 5000, isClipped: false })
  expect(durationScale([])).toEqual({ topMs: 1, isClipped: false })
})

test('three of four durations are never clipped', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e8), { minLength: 1, maxLength: 50 }), (durations) => {
      const { topMs, isClipped } = durationScale(durations)
      const cut = durations.filter((one) => one > topMs).length
      expect(cut).toBeLessThanOrEqual(durations.length / 4)
      expect(isClipped).toBe(cut > 0)
    }),
  )
})
