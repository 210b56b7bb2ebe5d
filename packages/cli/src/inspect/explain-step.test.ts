import { expect, test } from 'vitest'
import type { StepIdentity } from '../records/identity.ts'
import { explainStep } from './explain-step.ts'

const step = (key: string, fields: Partial<StepIdentity> = {}): [string, StepIdentity] => [
  key,
  {
    key,
    command: 'c',
    image: null,
    parent: null,
    policy: '[]',
    cacheKey: 'k',
    variables: {},
    envKeys: {},
    files: {},
    ...fields,
  },
]

test('lists each changed part by file and by variable, and then the parts of the parent step', () => {
  const before = new Map([
    step('base', { image: 'debian:12' }),
    step('deps', {
      parent: 'base',
      files: { a: '1', gone: '1', same: '1' },
      variables: { LEVEL: '1' },
      services: { db: '1' },
      split: '1',
    }),
  ])
  const after = new Map([
    step('base', { image: 'debian:13' }),
    step('deps', {
      parent: 'base',
      command: 'd',
      files: { a: '2', new: '3', same: '1' },
      variables: { LEVEL: '2' },
      envKeys: { X: '1' },
      services: { db: '2' },
      split: '2',
    }),
  ])
  expect(explainStep('deps', before, after)).toEqual([
    'its command changed',
    'variable LEVEL changed',
    'variable X was added in the rendering environment',
    'file a changed',
    'file gone was removed',
    'file new was added',
    'service db changed',
    'the files of its shard changed',
    'base, its parent: its image changed from debian:12 to debian:13',
  ])
  expect(explainStep('deps', after, after)).toEqual([])
  expect(explainStep('deps', new Map(), new Map([step('deps')]))).toEqual(['the step is new'])
  expect(explainStep('deps', new Map([step('deps')]), new Map([step('deps', { cacheKey: 'other' })]))).toEqual([
    'its key changed',
  ])
})

test('if all keys of a chain changed, only the first changed step is named', () => {
  const chain = (cacheKey: string) =>
    new Map([
      step('base', { cacheKey, policy: '[{"policy":"ttl","duration_seconds":86400}]' }),
      step('deps', { cacheKey: `${cacheKey}-deps`, parent: 'base' }),
      step('test', { cacheKey: `${cacheKey}-test`, parent: 'deps' }),
    ])
  expect(explainStep('test', chain('monday'), chain('tuesday'))).toEqual(['base, its ancestor: its ttl expired'])
  expect(explainStep('deps', chain('monday'), chain('tuesday'))).toEqual(['base, its parent: its ttl expired'])
  expect(explainStep('base', chain('monday'), chain('tuesday'))).toEqual(['its ttl expired'])
})
