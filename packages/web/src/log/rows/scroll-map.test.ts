import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areaHeight, mustSettle, placeOf, type ScrollPlace, type ScrollSizes, scrolled, tallest } from './scroll-map.ts'

const sizes: fc.Arbitrary<ScrollSizes> = fc.record({
  total: fc.integer({ min: 1, max: 40_000_000 }),
  view: fc.integer({ min: 100, max: 2000 }),
})

/** Simulates a browser, which cannot scroll beyond its area, and settles on request. */
function move(place: ScrollPlace, dom: number, given: ScrollSizes): ScrollPlace {
  const end = Math.max(0, areaHeight(given.total) - given.view)
  const next = scrolled(place, Math.min(end, Math.max(0, dom)), given)
  return mustSettle(next, given) ? placeOf(next.rows, given) : next
}

test('web L4 the scroll area is never taller than 8,000,000 px', () => {
  expect([areaHeight(100), areaHeight(20_000_000)]).toEqual([100, tallest])
})

test('web L4 wheel and keys move by exact distances, up to the end', () => {
  const moves = fc.array(fc.integer({ min: -60, max: 300 }), { maxLength: 150, size: 'max' })
  const screens = fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 10_000, noNaN: true }))
  fc.assert(
    fc.property(sizes, screens, fc.boolean(), moves, (given, fromEnd, isDown, steps) => {
      const last = Math.max(0, given.total - given.view)
      const distance = Math.min(last, Math.round(fromEnd * given.view))
      // Moves towards the nearer end, and beyond it.
      let place = placeOf(isDown ? last - distance : distance, given)
      for (const step of steps) {
        const by = isDown ? step : -step
        const expected = Math.min(last, Math.max(0, place.rows + by))
        place = move(place, place.dom + by, given)
        expect(place.rows).toBe(expected)
      }
    }),
    { numRuns: scaled(200) },
  )
})

test('web L4 the scroll bar reaches both ends, and its order is that of the rows', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
      (given, shares) => {
        const end = Math.max(0, areaHeight(given.total) - given.view)
        const far = { dom: -1e9, rows: 0 }
        expect(move(far, 0, given).rows).toBe(0)
        expect(move(far, end, given).rows).toBeCloseTo(Math.max(0, given.total - given.view), 3)
        const [low = 0, high = 0] = shares.toSorted((a, b) => a - b).map((share) => move(far, share * end, given).rows)
        expect(low).toBeLessThanOrEqual(high)
      },
    ),
  )
})

test('web L4 the scroll bar shows the position of a jump', () => {
  fc.assert(
    fc.property(sizes, fc.nat(40_000_000), (given, rows) => {
      const place = placeOf(rows, given)
      expect(place.rows).toBe(Math.min(rows, Math.max(0, given.total - given.view)))
      expect(place.dom).toBeGreaterThanOrEqual(0)
      expect(place.dom).toBeLessThanOrEqual(Math.max(0, areaHeight(given.total) - given.view))
    }),
  )
})
