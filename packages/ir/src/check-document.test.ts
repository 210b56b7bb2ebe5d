import { describe, expect, it } from 'vitest'
import { checkDocument, parsePlan } from './parse-plan.ts'

const step = (key: string, more: object = {}) => ({ key, cmd: 'make', ...more })
const graph = (nodes: readonly object[], edges: readonly unknown[] = [], more: object = {}) =>
  JSON.stringify({ version: '0', ...more, graph: { nodes: nodes.map((node) => ({ step: node, env: {} })), edges } })

describe('inputs', () => {
  it('refuses inputs from a step that does not exist', () => {
    const text = graph([
      step('a', {
        inputs: [
          { from: 'a', path: 'x' },
          { from: 'b', path: 'x' },
        ],
      }),
    ])
    expect(checkDocument(text)).toMatchObject({
      error: { code: 'unknown_dependency', pointer: '/graph/nodes/0/step/inputs/1/from' },
    })
  })

  it('plans inputs by index, with their target and `optional`, in both forms', () => {
    const inputs = [
      { from: 'build', path: 'dist/**' },
      { from: 'build', path: 'gen', into: './web//static/', optional: true },
    ]
    const planned = [
      { from: 1, path: 'dist/**', into: '', optional: false },
      { from: 1, path: 'gen', into: 'web/static', optional: true },
    ]
    const steps = [step('use', { inputs }), step('build')]
    const flat = JSON.stringify({ version: '0', steps: steps.map((entry) => ({ type: 'command', ...entry })) })
    for (const text of [graph(steps), flat]) {
      const parsed = parsePlan(text)
      expect(parsed.ok && parsed.plan.steps.map((each) => [each.inputs, each.dependsOn])).toEqual([
        [planned, [1]],
        [undefined, []],
      ])
    }
  })

  it('plans a split as it is written, in both forms', () => {
    const split = { files: 'test/**/*.ts', index: 2, total: 2 }
    const flat = JSON.stringify({ version: '0', steps: [{ type: 'command', ...step('a', { split }) }] })
    for (const text of [graph([step('a', { split })]), flat])
      expect(parsePlan(text)).toMatchObject({ ok: true, plan: { steps: [{ split }], warnings: [] } })
  })

  it.each([
    ['a shard behind the last', { files: 'a', index: 3, total: 2 }, '/index'],
    ['no shard', { files: 'a', index: 0, total: 2 }, '/index'],
    ['too many shards', { files: 'a', index: 1, total: 101 }, '/total'],
    ['files outside of the workspace', { files: '../a', index: 1, total: 1 }, '/files'],
    ['no files', { index: 1, total: 1 }, '/files'],
  ])('refuses a split with %s', (_, split, place) => {
    const pointer = `/graph/nodes/0/step/split${place}`
    expect(parsePlan(graph([step('a', { split })]))).toMatchObject({ error: { code: 'invalid_ir', pointer } })
  })

  it('refuses more than 100 different splits', () => {
    const shards = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        step(`s${i}`, { split: { files: `${i >> 1}`, index: 1 + (i & 1), total: 2 } }),
      )
    expect(parsePlan(graph(shards(200))).ok).toBe(true)
    expect(parsePlan(graph(shards(201)))).toMatchObject({
      error: { code: 'invalid_ir', pointer: '/graph/nodes/200/step/split' },
    })
  })

  it('refuses a cycle of inputs, in the flat form too', () => {
    const inputs = (from: string) => ({ inputs: [{ from, path: 'x' }] })
    const circle = [step('a', inputs('b')), step('b', inputs('a'))]
    expect(checkDocument(graph(circle))).toMatchObject({ error: { code: 'cycle' } })
    const flat = { version: '0', steps: circle.map((entry) => ({ type: 'command', ...entry })) }
    expect(checkDocument(JSON.stringify(flat))).toMatchObject({ error: { code: 'cycle' } })
  })

  const services = (...list: readonly object[]) => ({ services: list.map((entry) => ({ image: 'x', ...entry })) })
  it.each([
    [
      'two services of one name',
      [step('a', services({ name: 'db' }, { name: 'db' }))],
      'invalid_ir',
      '0/step/services/1/name',
    ],
    [
      'a need that is no service',
      [step('a', services({ name: 'db', needs: ['x'] }))],
      'unknown_dependency',
      '0/step/services/0/needs/0',
    ],
    [
      'services that need each other',
      [step('a', services({ name: 'c' }, { name: 'db', needs: ['q'] }, { name: 'q', needs: ['db'] }))],
      'cycle',
      '0/step/services/1/needs',
    ],
    [
      'a service from a step without it',
      [step('a', services({ name: 'db' })), step('b', services({ name: 'q', from: 'a' }))],
      'unknown_dependency',
      '1/step/services/0/from',
    ],
    [
      'a service from a step with another image',
      [step('a', services({ name: 'db' })), step('b', services({ name: 'db', image: 'y', from: 'a' }))],
      'invalid_ir',
      '1/step/services/0/image',
    ],
    ['a service that starts from its own step', [step('a', services({ name: 'db', from: 'a' }))], 'cycle', '0/step'],
  ])('is refused for %s', (_, nodes, code, place) => {
    expect(checkDocument(graph(nodes))).toMatchObject({ error: { code, pointer: `/graph/nodes/${place}` } })
  })

  it('reports the same problems as for any document', () => {
    const text = graph([step('a', { artifacts: [{ path: 'x' }] }), step('a')])
    expect(checkDocument(text)).toMatchObject({ error: { code: 'duplicate_key', pointer: '/graph/nodes/1/step/key' } })
  })

  it('warns of unknown members', () => {
    const text = graph([step('a', { services: [{ name: 'db', image: 'x', colour: 'red' }] })])
    expect(checkDocument(text)).toEqual({
      ok: true,
      warnings: ['Unknown field "colour" at /graph/nodes/0/step/services/0 is ignored.'],
    })
  })
})
