import { describe, expect, it } from 'vitest'
import { positionKey, stepKeys } from './step-keys.ts'

const step = (fields: { key?: string; label?: string; parent?: number }) => ({
  key: fields.key,
  label: fields.label,
  command: 'make',
  parent: fields.parent,
})

describe('the key of a step', () => {
  it('is the step’s own key, whatever the label', () => {
    expect(stepKeys([step({ key: 'My Key', label: 'x' })])).toEqual(['My Key'])
  })

  it.each([
    [':rocket: Ship it!', 'ship-it'],
    ['--A__b--', 'a-b'],
    ['Ünïcode', 'n-code'],
    ['a:+1:b', 'a-b'],
  ])('is the slug of its label: %s', (label, key) => {
    expect(stepKeys([step({ label })])).toEqual([key])
  })

  it('is a hash of the step’s place if the label is absent, shared, another step’s key or an empty slug', () => {
    const keys = stepKeys([
      step({}),
      step({ label: ':x:' }),
      step({ label: 'Test' }),
      step({ label: 'test' }),
      step({ label: 'go' }),
      step({ key: 'go' }),
    ])
    expect(keys).toEqual([0, 1, 2, 3, 4].map((position) => positionKey('', 'make', position)).concat('go'))
  })

  it('counts the label’s slug of a step with its own key as taken', () => {
    expect(stepKeys([step({ label: 'a', key: 'k' }), step({ label: 'A' })])).toEqual(['k', positionKey('', 'make', 1)])
  })

  it('hashes the key of the direct parent', () => {
    expect(stepKeys([step({ key: 'base' }), step({ parent: 0 })])[1]).toBe(positionKey('base', 'make', 1))
  })
})
