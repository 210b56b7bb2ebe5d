import { checkDocument } from '@harmont/ir'
import { expect, test } from 'vitest'
import { describeProblems } from './describe-problems.ts'

function described(document: object, places: unknown): string {
  const checked = checkDocument(JSON.stringify(document))
  if (checked.ok) throw new Error('expected a document that is wrong')
  return describeProblems(checked.error, { file: '.hm/ci.ts', document, places })
}

test('each problem is one line with file, line, step and fix', () => {
  const nodes = [
    { step: { key: 'a', cmd: '', label: ':hammer: build' }, env: {} },
    { step: { key: 'b', cmd: 'x', timeout_seconds: 0 }, env: 5 },
    { step: { cmd: 'x' }, env: {} },
  ]
  const graph = { nodes, node_holes: [], edge_property: 'directed', edges: [] }
  expect(
    described({ version: '0', timeout_seconds: 'x', graph }, ['.hm/ci.ts:3', '.hm/_steps.ts:9']).split('\n'),
  ).toEqual([
    '.hm/ci.ts: timeout_seconds: expected a whole number, got "x". Give a whole number.',
    '.hm/_steps.ts:9: step "b", env: expected an object, got 5. Correct its type.',
    '.hm/ci.ts: step number 3, key: expected a non-empty string, got nothing. Give the step a key.',
    '.hm/ci.ts:3: step ":hammer: build", cmd: expected a non-empty string, got an empty one. Give the step a command.',
    '.hm/_steps.ts:9: step "b", timeout_seconds: expected a whole number from 1 to 604,800, got 0. Correct the number.',
  ])
})

test('a flat document and invented places in it cause no error', () => {
  const steps = [{ type: 'command', key: 'a', cmd: '' }]
  const said = '.hm/ci.ts: step "a", cmd: expected a non-empty string, got an empty one. Give the step a command.'
  for (const places of [undefined, null, 7, 'x', { 0: 5 }, [{}]])
    expect(described({ version: '0', steps }, places)).toBe(said)
})

test('only the number of problems beyond twenty is shown', () => {
  const nodes = Array.from({ length: 25 }, (_, at) => ({ step: { key: `s${at}`, cmd: '' }, env: {} }))
  const graph = { nodes, node_holes: [], edge_property: 'directed', edges: [] }
  const lines = described({ version: '0', graph }, undefined).split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([21, 'and 5 more'])
})
