import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf, type Step, walk } from './graph-model.ts'
import { layoutGraph } from './layout.ts'

const step = (id: string, builds_in: string | null = null, depends_on: readonly string[] = []): Step =>
  ({ id, builds_in, depends_on }) as unknown as Step
const laidOut = (steps: readonly Step[]) => {
  const { nodes, edges } = graphOf(steps)
  return { ...layoutGraph({ nodes: nodes.map(({ id }) => ({ id, width: 200, height: 56 })), edges }), edges }
}
const { positions, edges } = laidOut([
  step('root'),
  step('a', 'root'),
  step('b', 'root'),
  step('c', 'root'),
  step('leaf', 'b'),
])

test('web B10 a graph is laid out from left to right without overlap', () => {
  expect(positions.root?.x).toBeLessThan(positions.a?.x ?? 0)
  expect(positions.b?.x).toBeLessThan(positions.leaf?.x ?? 0)
  const column = ['a', 'b', 'c'].map((id) => positions[id]?.y ?? 0).toSorted((one, other) => one - other)
  expect((column[1] ?? 0) - (column[0] ?? 0)).toBeGreaterThanOrEqual(56)
})

test('web B10 steps keep the order of the source, each directly after its last prerequisite', () => {
  // dagre's own order puts `lint` next to `deploy`, and `test` where this removes a crossing.
  const { positions: at } = laidOut([
    ...[step('install'), step('lint', 'install'), step('build', 'install'), step('test', 'build')],
    ...[step('e2e', 'build'), step('docs', 'install'), step('deploy', null, ['docs', 'e2e', 'test', 'lint'])],
  ])
  const columns = Object.groupBy(Object.keys(at), (id) => at[id]?.x ?? -1)
  const fromTop = (ids: readonly string[]) => ids.toSorted((one, other) => (at[one]?.y ?? 0) - (at[other]?.y ?? 0))
  const inOrder = Object.entries(columns).toSorted(([one], [other]) => Number(one) - Number(other))
  expect(inOrder.map(([, ids = []]) => fromTop(ids))).toEqual([
    ...[['install'], ['lint', 'build', 'docs'], ['test', 'e2e'], ['deploy']],
  ])
})

/** Generates steps that depend on any of the earlier ones. */
const anySteps = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 }).map((wanted) =>
  wanted.map((needs, index) => {
    const [parent = null, ...others] = index === 0 ? [] : needs.map((need) => `s${need % index}`)
    return step(`s${index}`, parent, others)
  }),
)

test('web B10 no node covers another, and no edge crosses a node', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const { positions: at, passes, edges } = laidOut(steps)
      const boxes = Object.entries(at)
      for (const [id, { x, y }] of boxes) {
        for (const [other, place] of boxes)
          if (other !== id && place.x === x) expect(Math.abs(place.y - y)).toBeGreaterThanOrEqual(56)
      }
      for (const { id } of edges)
        for (const [start] of passes[id] ?? [])
          for (const [, { x, y }] of boxes)
            if (Math.abs(x - start.x) < 1) expect(start.y > y && start.y < y + 56).toBe(false)
    }),
    { numRuns: 40 },
  )
})

test('web B10 arrow keys move along edges and between siblings', () => {
  expect(walk(edges, positions, 'leaf', 'ArrowLeft')).toBe('b')
  expect(walk(edges, positions, 'b', 'ArrowRight')).toBe('leaf')
  expect(walk(edges, positions, 'root', 'ArrowLeft')).toBeNull()
  const [top = '', middle = ''] = ['a', 'b', 'c'].toSorted(
    (one, other) => (positions[one]?.y ?? 0) - (positions[other]?.y ?? 0),
  )
  expect(walk(edges, positions, top, 'ArrowDown')).toBe(middle)
  expect(walk(edges, positions, top, 'ArrowUp')).toBeNull()
})
