import { expect, test } from 'vitest'
import { planAppended } from './plan-appended.ts'

const file = (name: string, document: unknown) => ({ name, text: JSON.stringify(document) })
const flat = (name: string, steps: readonly Record<string, unknown>[], more = {}) =>
  file(name, { version: '0', ...more, steps: steps.map((step) => ({ type: 'command', cmd: 'true', ...step })) })

function planned(...files: Parameters<typeof planAppended>[0]) {
  const result = planAppended(files)
  if (!result.ok) throw new Error(result.error.message)
  return result.plan
}

function refused(...files: Parameters<typeof planAppended>[0]): string {
  const result = planAppended(files)
  if (result.ok) throw new Error('expected an error')
  return result.error.message
}

test('steps of several documents of both forms name each other and steps outside the documents', () => {
  const node = (step: Record<string, unknown>) => ({ step: { cmd: 'true', ...step }, env: {} })
  const graph = {
    nodes: [node({ key: 'c', depends_on: ['a', 'outer'] }), node({ key: 'd', builds_in: 'outer' }), node({ key: 'e' })],
    edges: [[0, 2, 'builds_in']],
  }
  const { steps, references } = planned(
    flat('1.json', [{ key: 'a' }, { key: 'b', builds_in: 'base', depends_on: ['a', 'e'] }]),
    file('2.json', { version: '0', graph }),
  )
  expect(references.toSorted()).toEqual(['base', 'outer'])
  const [base, outer] = ['base', 'outer'].map((key) => -1 - references.indexOf(key))
  expect(steps.map(({ key, buildsIn, dependsOn }) => [key, buildsIn, dependsOn])).toEqual([
    ['a', null, []],
    ['b', base, [0, 4]],
    ['c', null, [outer, 0]],
    ['d', outer, []],
    ['e', 2, []],
  ])
})

test('a root uses its own image or its document’s, or none', () => {
  const { steps } = planned(
    flat('1.json', [{ key: 'a' }, { key: 'b', image: 'alpine' }], { default_image: 'debian' }),
    flat('2.json', [{ key: 'c' }, { key: 'd', builds_in: 'c' }, { key: 'e', image: 'alpine' }]),
  )
  expect(steps.map(({ image }) => image)).toEqual(['debian', 'alpine', null, null, 'alpine'])
})

test('inputs and services name steps of the build', () => {
  const services = [{ name: 'db', image: 'postgres', from: 'migrate' }]
  const { steps, references } = planned(
    flat('1.json', [{ key: 'a', inputs: [{ from: 'site', path: 'dist' }], services }]),
  )
  const [a] = steps
  expect(references).toEqual(['site', 'migrate'])
  expect([a?.inputs?.[0]?.from, a?.services?.[0]?.from, a?.dependsOn]).toEqual([-1, -2, [-2, -1]])
})

test('documents without steps append nothing, and their ignored members are reported', () => {
  expect(planned(flat('1.json', []))).toEqual({ steps: [], references: [], warnings: [] })
  expect(planned()).toEqual({ steps: [], references: [], warnings: [] })
  const { warnings } = planned(
    flat('1.json', [{ key: 'a' }], { timeout_seconds: 5, concurrency: { group: 'g', limit: 1 } }),
  )
  expect(warnings).toEqual([
    '1.json: `timeout_seconds` of an appended document is ignored.',
    '1.json: `concurrency` of an appended document is ignored.',
  ])
})

test('an error names the document and, among several documents, its place', () => {
  expect(refused({ name: 'x.json', text: '{' })).toMatch(/^x\.json: invalid_json at line 1/)
  expect(refused(flat('1.json', []), file('2.json', { version: '1' }))).toMatch(/^2\.json: bad_version/)
  expect(refused(flat('1.json', [{ key: 'a', cmd: 7 }]))).toMatch(/^1\.json: invalid_ir at \/steps\/0\/cmd/)
  expect(refused(flat('1.json', [{ key: 'a', depends_on: 'b' }]))).toMatch(/^1\.json: invalid_ir/)
  expect(refused(flat('1.json', [{ key: 'a' }]), flat('2.json', [{ key: 'a' }]))).toMatch(
    /^duplicate_key at 2\.json\/steps\/0\/key/,
  )
  const circle = [flat('1.json', [{ key: 'a', depends_on: ['b'] }]), flat('2.json', [{ key: 'b', builds_in: 'a' }])]
  expect(refused(...circle)).toMatch(/^cycle at 1\.json.*"a" → "b" → "a"/)
})
