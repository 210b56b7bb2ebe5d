import { describe, expect, it } from 'vitest'
import { featuresOf } from './features.ts'
import { parsePlan } from './parse-plan.ts'
import type { Plan, PlanErrorCode, PlannedStep } from './plan.ts'
import { planAppended } from './plan-appended.ts'

function graph(...steps: readonly object[]): string {
  const nodes = steps.map((step, i) => ({ step: { key: `k${i}`, cmd: 'make', ...step } }))
  return JSON.stringify({ version: '0', graph: { nodes, edges: [] } })
}
function planOf(text: string): Plan {
  const parsed = parsePlan(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.plan
}
function stepOf(fields: object): PlannedStep | undefined {
  return planOf(graph(fields)).steps[0]
}
const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}.example.com`)
const tokens = (count: number) => Object.fromEntries(many(count).map((_, i) => [`T${i}`, { audience: 'x' }]))

describe('append, after_appended, id_tokens and egress are planned', () => {
  it.each<[string, object, Partial<PlannedStep>]>([
    ['append with defaults', { append: {} }, { append: { max: 1000, secrets: [], idTokens: [], egress: null } }],
    [
      'append in whole',
      { append: { max: 2, secrets: ['A', 'B', 'A'], id_tokens: ['x', 'x'], egress: ['A.example.com:443'] } },
      { append: { max: 2, secrets: ['A', 'B'], idTokens: ['x'], egress: ['a.example.com'] } },
    ],
    [
      'append without hosts',
      { append: { egress: [] } },
      { append: { max: 1000, secrets: [], idTokens: [], egress: [] } },
    ],
    ['tokens', { id_tokens: { A: { audience: 'x y/é' }, B: null } }, { idTokens: { A: 'x y/é' } }],
    [
      'hosts in their short form, each once',
      { egress: ['GitHub.com:22', 'github.com', 'github.com:443', '*.Example.com', 'xn--bcher-kva.example'] },
      { egress: ['github.com:22', 'github.com', '*.example.com', 'xn--bcher-kva.example'] },
    ],
    ['no hosts', { egress: [] }, { egress: [] }],
    ['all hosts, noted', { egress: 'observe' }, { egress: 'observe' }],
  ])('%s', (_, fields, planned) => {
    expect(stepOf(fields)).toMatchObject(planned)
  })

  it('null, an empty object of tokens and an absent member have no effect', () => {
    const step = stepOf({ append: null, after_appended: null, id_tokens: {}, egress: null })
    for (const name of ['append', 'afterAppended', 'idTokens', 'egress']) expect(step).not.toHaveProperty(name)
  })

  it('after_appended names steps by key, waits for them too, and is the same in both forms', () => {
    const steps = [
      { key: 'b', cmd: 'make' },
      { key: 'x', cmd: 'make', append: {} },
      { key: 'r', cmd: 'make', after_appended: ['y', 'x', 'y'], depends_on: ['b'] },
      { key: 'y', cmd: 'make', append: {}, builds_in: 'x' },
    ]
    const flat = planOf(JSON.stringify({ version: '0', steps: steps.map((step) => ({ type: 'command', ...step })) }))
    expect(flat.steps[2]).toMatchObject({ dependsOn: [0, 1, 3], afterAppended: [1, 3] })
    const nodes = steps.map(({ depends_on: _, builds_in: __, ...step }) => ({ step }))
    const edges = [
      [0, 2, 'depends_on'],
      [1, 3, 'builds_in'],
    ]
    expect(planOf(JSON.stringify({ version: '0', default_image: 'ubuntu:24.04', graph: { nodes, edges } }))).toEqual(
      flat,
    )
  })

  it('lists the features that a plan needs', () => {
    expect(featuresOf(planOf(graph({})))).toEqual([])
    expect(featuresOf(planOf(graph({ egress: [] }, { id_tokens: { A: { audience: 'x' } } })))).toEqual([
      'id_tokens',
      'egress',
    ])
    expect(featuresOf(planOf(graph({ append: {} }, { after_appended: ['k0'] })))).toEqual(['append'])
  })
})

describe('an invalid member is refused at its place', () => {
  const at = (name: string) => `/graph/nodes/0/step/${name}`
  it.each<[string, object, string, PlanErrorCode?]>([
    ['append that is no object', { append: true }, at('append')],
    ['append of none', { append: { max: 0 } }, at('append/max')],
    ['append of more than 1,000', { append: { max: 1001 } }, at('append/max')],
    ['a secret to append with a wrong name', { append: { secrets: ['a b'] } }, at('append/secrets/0')],
    ['a secret to append that is no text', { append: { secrets: [null] } }, at('append/secrets/0')],
    ['101 secrets to append', { append: { secrets: Array(101).fill('A') } }, at('append/secrets')],
    ['an empty audience to append', { append: { id_tokens: [''] } }, at('append/id_tokens/0')],
    ['append with all hosts', { append: { egress: 'observe' } }, at('append/egress')],
    ['append with a wrong host', { append: { egress: ['a'] } }, at('append/egress/0')],
    ['tokens in a list', { id_tokens: [] }, at('id_tokens')],
    ['11 tokens', { id_tokens: tokens(11) }, at('id_tokens')],
    ['a token with a wrong name', { id_tokens: { 'A-B': { audience: 'x' } } }, at('id_tokens')],
    ['a token with a name of the engine', { id_tokens: { HARMONT_X: { audience: 'x' } } }, at('id_tokens')],
    ['a token that is a text', { id_tokens: { A: 'x' } }, at('id_tokens/A')],
    ['a token without an audience', { id_tokens: { A: {} } }, at('id_tokens/A/audience')],
    ['a long audience', { id_tokens: { A: { audience: 'x'.repeat(256) } } }, at('id_tokens/A/audience')],
    ['an audience of two lines', { id_tokens: { A: { audience: 'x\ny' } } }, at('id_tokens/A/audience')],
    ['another word than observe', { egress: 'all' }, at('egress')],
    ['101 hosts', { egress: many(101) }, at('egress')],
    ['a host that is no text', { egress: [1] }, at('egress/0')],
    ['after_appended of an unknown step', { after_appended: ['no'] }, at('after_appended/0'), 'unknown_dependency'],
    ['after_appended of a step that appends nothing', { append: {}, after_appended: ['k1'] }, at('after_appended/0')],
    ['after_appended of itself', { append: {}, after_appended: ['k0'] }, at('').slice(0, -1), 'cycle'],
    ['after_appended that is no list', { after_appended: 'k1' }, at('after_appended')],
  ])('%s', (_, fields, pointer, code = 'invalid_ir') => {
    const parsed = parsePlan(graph(fields, {}))
    expect(parsed).toMatchObject({ ok: false, error: { code, pointer } })
  })

  it.each([{ secrets: { A: 'B' } }, { env: { A: 'B' } }])('a token cannot use a variable of %j', (other) => {
    const node = { step: { key: 'a', cmd: 'make', id_tokens: { A: { audience: 'x' } } }, ...other }
    const parsed = parsePlan(JSON.stringify({ version: '0', graph: { nodes: [node], edges: [] } }))
    expect(parsed).toMatchObject({ ok: false, error: { pointer: at('id_tokens/A') } })
  })

  it('a cycle through after_appended is reported', () => {
    const steps = [
      { type: 'command', key: 'plan', cmd: 'make', append: {}, depends_on: ['report'] },
      { type: 'command', key: 'report', cmd: 'make', after_appended: ['plan'] },
    ]
    expect(parsePlan(JSON.stringify({ version: '0', steps }))).toMatchObject({ error: { code: 'cycle' } })
  })
})

describe('G135 a member that no release implements is refused, never ignored', () => {
  it.each([true, {}, false])('nesting: %j', (nesting) => {
    const refused = { ok: false, error: { code: 'feature_missing', pointer: '/graph/nodes/0/step/nesting' } }
    expect(parsePlan(graph({ nesting }))).toMatchObject(refused)
    expect(planAppended([{ name: 'a.json', text: graph({ nesting }) }])).toMatchObject({
      ok: false,
      error: { code: 'feature_missing', message: expect.stringContaining('a.json') },
    })
  })

  it('null counts as absent', () => {
    expect(planOf(graph({ nesting: null })).warnings).toEqual([])
  })
})
