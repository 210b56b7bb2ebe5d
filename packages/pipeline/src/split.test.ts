import { expect, it } from 'vitest'
import { anotherCopy } from './another-copy.test-support.ts'
import { sh } from './commands.ts'
import { pipeline } from './pipeline.ts'
import { split } from './split.ts'

const files = 'test/**'

it('a split inside another is refused, and later splits are not', () => {
  const inner = () => split(2, { files }, () => sh('make'))
  expect(() => split(2, { files }, inner)).toThrow(
    'split: expected a split outside of others, got one inside another. Split once, into more shards.',
  )
  const nodes = pipeline([inner(), sh('make lint')]).graph.nodes
  expect(nodes.map(({ step }) => step.split?.index)).toEqual([1, 2, undefined])
})

it('a step of another copy of the SDK belongs to the shard in which it is made', async () => {
  const other = await anotherCopy()
  const [step] = pipeline(split(1, { files }, () => other.sh('make', { label: 'test' }))).graph.nodes
  expect(step?.step).toMatchObject({ key: 'test-1-1', label: 'test 1/1', split: { files, index: 1, total: 1 } })
})
