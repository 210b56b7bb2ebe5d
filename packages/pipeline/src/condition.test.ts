import { parsePlan } from '@harmont/ir'
import { expect, it } from 'vitest'
import { sh } from './commands.ts'
import { allOf, anyOf, not, type When, when } from './condition.ts'
import { pipeline } from './pipeline.ts'

const written = (condition: When) => JSON.stringify(pipeline(sh('x', { when: condition })).graph.nodes[0]?.step.if)

it('a condition has its members in the order of the table, and keeps texts and lists as given', () => {
  const condition = when({
    not: { local: true },
    env: { B: 'x', A: ['y', 'z*'] },
    changed: ['src/**'],
    tag: 'v*',
    baseBranch: 'main',
    branch: ['a', 'b'],
    event: 'push',
  })
  expect(written(condition)).toBe(
    '{"event":"push","branch":["a","b"],"base_branch":"main","tag":"v*","changed":["src/**"],"env":{"B":"x","A":["y","z*"]},"not":{"local":true}}',
  )
})

it('anyOf, allOf and not join conditions', () => {
  expect(written(anyOf({ branch: 'main' }, allOf(when({ tag: 'v*' }), not({ local: true }))))).toBe(
    '{"any":[{"branch":"main"},{"all":[{"tag":"v*"},{"not":{"local":true}}]}]}',
  )
})

it('nests as deeply as the planner allows', () => {
  const nested = (levels: number): When => (levels === 0 ? { local: true } : not(nested(levels - 1)))
  const deepest = pipeline(sh('x', { when: nested(8) }))
  expect(parsePlan(JSON.stringify(deepest)).ok).toBe(true)
  expect(() => nested(9)).toThrow('expected at most 8 levels of any, all and not, got 9. Write the condition flatter.')
})

it('the wrong call itself checks the condition', () => {
  expect(() => when({ changed: '/etc' })).toThrow(
    'when, changed: expected a path inside the project, got "/etc". It is an absolute path: write it relative to the project directory.',
  )
  expect(() => anyOf()).toThrow('anyOf: expected at least one condition, got nothing.')
  expect(() => allOf({ branch: '' })).toThrow('allOf, branch: expected a non-empty string, got "".')
})
