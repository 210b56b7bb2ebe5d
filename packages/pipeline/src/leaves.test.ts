import { expect, it, vi } from 'vitest'
import { anotherCopy } from './another-copy.test-support.ts'
import { sh, wait } from './commands.ts'
import { flatLeaves, group } from './leaves.ts'
import { matrix } from './matrix.ts'
import { pipeline } from './pipeline.ts'
import { LEAVES, type Leaves } from './step.ts'

const [a, b, c] = [sh('a', { key: 'a' }), sh('b', { key: 'b' }), sh('c', { key: 'c' })]
const standing = (leaves: () => Leaves) => ({ [LEAVES]: leaves })
const keys = (leaves: Leaves) => pipeline(leaves).graph.nodes.map((node) => node.step.key)

it('lists, and objects that stand for leaves, are flattened in source order', () => {
  const project = standing(() => [a, [wait(), standing(() => b)]])
  expect(keys([c, [project]])).toEqual(['c', 'a', 'b'])
  expect(keys(project)).toEqual(['a', 'b'])
  expect(keys(c)).toEqual(['c'])
  expect(group([[a], project])).toEqual([a, a, expect.objectContaining({ continueOnFailure: false }), b])
})

it('an object that stands for leaves is expanded only when the pipeline is made', () => {
  const leaves = vi.fn(() => a)
  const project = standing(leaves)
  expect(leaves).not.toHaveBeenCalled()
  keys([project])
  expect(leaves).toHaveBeenCalledOnce()
})

it('an object in two places stands for the same steps, but for separate steps in each matrix cell', () => {
  const project = standing(() => [sh('make', { label: 'make' })])
  expect(group([project, [project]])[0]).toBe(group(project)[0])
  expect(pipeline([project, wait(), sh('last', { dependsOn: project })]).graph.nodes).toHaveLength(2)
  const leaves = matrix({ n: [1, 2] }, () => [project, sh('x', { label: 'x', dependsOn: project })])
  expect(pipeline([project, leaves]).graph.nodes.map((node) => node.step.label)).toEqual([
    ...['make', 'make (n=1)', 'x (n=1)', 'make (n=2)', 'x (n=2)'],
  ])
})

it('a step may wait for all leaves of an object', () => {
  const ir = pipeline([sh('last', { key: 'last', dependsOn: [standing(() => [a, b]), [c]] })])
  expect(ir.graph.edges).toEqual([
    [0, 3, 'depends_on'],
    [1, 3, 'depends_on'],
    [2, 3, 'depends_on'],
  ])
  expect(() => sh('x', { dependsOn: standing(() => [a, wait()]) as never })).toThrow(/got a wait/)
})

it('an object of another copy of the SDK also stands for leaves', async () => {
  const other = await anotherCopy()
  expect(other.group).not.toBe(group)
  expect(keys([{ [other.LEAVES]: () => a }])).toEqual(['a'])
})

it('a list may be longer than the maximum number of call arguments', () => {
  expect(flatLeaves('pipeline', new Array(300_000).fill(a))).toHaveLength(300_000)
})
