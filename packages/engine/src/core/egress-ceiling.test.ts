import { expect, it } from 'vitest'
import { underCeiling } from './egress-ceiling.ts'
import type { Step } from './model.ts'

const bound = (egress: Step['egress'], ceiling: readonly string[] | null) =>
  underCeiling({ ...(egress !== undefined && { egress }) } as Step, ceiling).egress

it('G125 a step reaches the intersection of its own list and the ceiling', () => {
  const ceiling = ['registry.npmjs.org', '*.example.com', 'github.com:22']
  expect(bound(['registry.npmjs.org', 'evil.example'], ceiling)).toEqual(['registry.npmjs.org'])
  expect(bound(['*.npmjs.org'], ceiling)).toEqual(['registry.npmjs.org'])
  expect(bound(['*.a.example.com', 'b.example.com', 'example.com'], ceiling)).toEqual([
    '*.a.example.com',
    'b.example.com',
  ])
  expect(bound(['*.example.com'], ceiling)).toEqual(['*.example.com'])
  expect(bound(['github.com', 'github.com:22', '*.example.com:8443'], ceiling)).toEqual(['github.com:22'])
  expect(bound([], ceiling)).toEqual([])
  expect(bound(['registry.npmjs.org'], [])).toEqual([])
})

it('a step without a list is bound by the ceiling, or by nothing if there is none', () => {
  expect(bound(undefined, ['a.example'])).toEqual(['a.example'])
  expect(bound('observe', ['a.example'])).toEqual(['a.example'])
  expect(bound(undefined, null)).toBeUndefined()
  expect(bound('observe', null)).toBe('observe')
})
