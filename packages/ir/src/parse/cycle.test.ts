import { describe, expect, it } from 'vitest'
import { findCycle, topologicalOrder } from './cycle.ts'

describe('findCycle', () => {
  it('visits each node once despite an exponential number of paths', () => {
    // 40 layers of two nodes, each waiting for both nodes of the previous layer: 2^40 paths from
    // last to first.
    const layers = Array.from({ length: 80 }, (_, i) => (i < 2 ? [] : [i - (i % 2) - 2, i - (i % 2) - 1]))
    const cycle = [[79, 81], [80]]
    expect(findCycle([...layers.toReversed().map((list) => list.map((i) => 79 - i)), ...cycle])).toEqual([80, 81])
  })

  it('returns a one-node cycle for a node that waits for itself, and starts at the lowest index in running order', () => {
    expect(findCycle([[], [1]])).toEqual([1])
    expect(findCycle([[], [3], [1], [2]])).toEqual([1, 2, 3])
  })

  it('walks a cycle longer than the stack allows', () => {
    const ring = Array.from({ length: 50_000 }, (_, i) => [(i + 49_999) % 50_000])
    expect(topologicalOrder(ring)).toBeUndefined()
    expect(findCycle(ring)).toEqual(ring.map((_, i) => i))
  })
})
