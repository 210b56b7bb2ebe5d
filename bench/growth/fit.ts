/** One size and what it cost. */
export interface Point {
  readonly size: number
  readonly cost: number
}

/**
 * Returns the exponent by which the cost grows with the size: the slope of the line of least squares
 * through the logarithms. 1 means that ten times as much costs ten times as much, 0 that the size
 * does not matter. NaN for fewer than two sizes.
 */
export function exponent(points: readonly Point[]): number {
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }))
  const mean = (of: 'x' | 'y') => logs.reduce((sum, each) => sum + each[of], 0) / logs.length
  const [x0, y0] = [mean('x'), mean('y')]
  const covariance = logs.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0)
  const variance = logs.reduce((sum, { x }) => sum + (x - x0) ** 2, 0)
  return covariance / variance
}

/**
 * Returns the exponent over the upper half of the sizes, three at least: a fixed cost, which hides
 * growth at small sizes, weighs least there.
 */
export function upperExponent(points: readonly Point[]): number {
  return exponent(points.toSorted((a, b) => a.size - b.size).slice(-Math.max(3, Math.ceil(points.length / 2))))
}
