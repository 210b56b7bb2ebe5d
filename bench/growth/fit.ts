/** One size and its cost. */
export interface Point {
  readonly size: number
  readonly cost: number
}

/**
 * Returns the exponent by which the cost grows with the size: the slope of the least-squares line
 * through the logarithms. 1 means that ten times the size costs ten times as much; 0 means that the
 * size does not matter. NaN for fewer than two sizes.
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
 * Returns the exponent over the upper half of the sizes, at least three, where a fixed cost hides
 * the least growth.
 */
export function upperExponent(points: readonly Point[]): number {
  return exponent(points.toSorted((a, b) => a.size - b.size).slice(-Math.max(3, Math.ceil(points.length / 2))))
}
