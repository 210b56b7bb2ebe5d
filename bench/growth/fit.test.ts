import { expect, test } from 'vitest'
import { exponent, upperExponent } from './fit.ts'

const sizes = [1, 10, 100, 1_000, 10_000]
const points = (cost: (size: number) => number) => sizes.map((size) => ({ size, cost: cost(size) }))

test('the exponent of a power function is its power, whatever the cost of one unit', () => {
  for (const power of [0, 0.5, 1, 2])
    for (const unit of [0.003, 1, 7e5]) expect(exponent(points((size) => unit * size ** power))).toBeCloseTo(power)
})

test('a fixed cost hides growth at small sizes, and affects the upper half less', () => {
  const quadratic = points((size) => 100_000 + size ** 2)
  expect(exponent(quadratic)).toBeLessThan(0.75)
  expect(upperExponent(quadratic)).toBeGreaterThan(1.4)
})

test('the upper half has the largest sizes, whatever their order', () => {
  const bent = points((size) => (size <= 100 ? 1 : size / 100))
  expect(upperExponent(bent.toReversed())).toBeCloseTo(1)
})

test('a single size has no exponent', () => {
  expect(exponent([{ size: 10, cost: 3 }])).toBeNaN()
})
