import { expect, test } from 'vitest'
import { graphOf, type Step } from './graph-model.ts'
import { layoutGraph } from './layout.ts'
import { walk } from './walk.ts'

const step = (id: string, builds_in: string | null = null): Step =>
  ({ id, builds_in, depends_on: [] }) as unknown as Step
const graph = graphOf([step('root'), step('a', 'root'), step('b', 'root'), step('c', 'root'), step('leaf', 'b')])
const positions = layoutGraph({
  nodes: graph.nodes.map(({ id }) => ({ id, width: 200, height: 56 })),
  edges: graph.edges,
})

test('web B10 a graph is laid out from left to right without overlap', () => {
  expect(positions.root?.x).toBeLessThan(positions.a?.x ?? 0)
  expect(positions.b?.x).toBeLessThan(positions.leaf?.x ?? 0)
  const column = ['a', 'b', 'c'].map((id) => positions[id]?.y ?? 0).toSorted((one, other) => one - other)
  expect((column[1] ?? 0) - (column[0] ?? 0)).toBeGreaterThanOrEqual(56)
})

test('web B10 arrow keys walk along edges and between siblings', () => {
  expect(walk(graph.edges, positions, 'leaf', 'ArrowLeft')).toBe('b')
  expect(walk(graph.edges, positions, 'b', 'ArrowRight')).toBe('leaf')
  expect(walk(graph.edges, positions, 'root', 'ArrowLeft')).toBeNull()
  const [top = '', middle = ''] = ['a', 'b', 'c'].toSorted(
    (one, other) => (positions[one]?.y ?? 0) - (positions[other]?.y ?? 0),
  )
  expect(walk(graph.edges, positions, top, 'ArrowDown')).toBe(middle)
  expect(walk(graph.edges, positions, top, 'ArrowUp')).toBeNull()
})
