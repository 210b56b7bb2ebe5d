import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf, relativesOf, type Step, shapeOf } from './graph-model.ts'

const step = (id: string, builds_in: string | null = null, depends_on: readonly string[] = []): Step =>
  ({ id, builds_in, depends_on, attempts: [{ job_id: `${id}-1` }], state: 'passed' }) as unknown as Step

/** Generates steps that depend only on earlier ones. */
const steps = (size: number) =>
  fc.array(fc.tuple(fc.option(fc.nat()), fc.array(fc.nat(), { maxLength: 3 })), { maxLength: size }).map((wanted) =>
    wanted.map(([parent, others], index) => {
      const earlier = (one: number) => `s${one % Math.max(1, index)}`
      const builds_in = parent === null || index === 0 ? null : earlier(parent)
      return step(`s${index}`, builds_in, index === 0 ? [] : others.map(earlier))
    }),
  )

test("web B10 every prerequisite is one edge, and the parent snapshot's edge differs", () => {
  fc.assert(
    fc.property(steps(30), (given) => {
      const { nodes, edges } = graphOf(given)
      expect(nodes.map(({ id }) => id)).toEqual(given.map(({ id }) => id))
      for (const { id, builds_in, depends_on } of given) {
        const into = edges.filter(({ to }) => to === id)
        expect(new Set(into.map(({ from }) => from))).toEqual(
          new Set([...depends_on, ...(builds_in ? [builds_in] : [])]),
        )
        expect(into.filter(({ kind }) => kind === 'builds_in').map(({ from }) => from)).toEqual(
          builds_in ? [builds_in] : [],
        )
      }
    }),
  )
})

test('a prerequisite named by an earlier attempt resolves to the step', () => {
  expect(graphOf([step('a'), step('b', 'a-1')]).edges).toEqual([{ id: 'a b', from: 'a', to: 'b', kind: 'builds_in' }])
})

test('web B10 above 200 steps, those with the same neighbours share a node, and none is lost', () => {
  const forks = Array.from({ length: 300 }, (_, n) => step(`f${n}`, 'root'))
  const last = step(
    'last',
    null,
    forks.map(({ id }) => id),
  )
  const { nodes, edges } = graphOf([step('root'), ...forks, last])
  expect(nodes.map(({ steps: held }) => held.length)).toEqual([1, 300, 1])
  expect(edges.map(({ id, kind }) => [id, kind])).toEqual([
    ['root f0', 'builds_in'],
    ['f0 last', 'depends_on'],
  ])
})

test('the relatives of a step are exactly its prerequisites and dependents', () => {
  const { edges } = graphOf([step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b'), step('e', null, ['c'])])
  expect(relativesOf(edges, 'b')).toEqual(new Set(['a', 'b', 'd']))
  expect(relativesOf(edges, 'a').size).toBe(5)
})

test('the layout does not depend on states', () => {
  const running = { ...step('a'), state: 'running' } as Step
  expect(shapeOf(graphOf([running]))).toBe(shapeOf(graphOf([step('a')])))
})
