import { anyCharacter } from '@harmont/test-kit/character'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDocument, parsePlan } from './parse-plan.ts'
import type { PlanError, PlannedStep } from './plan.ts'

/**
 * A pipeline as data, from which both forms are generated. Indexes point at commands, earlier or
 * later.
 */
type Entry = { readonly wait: true; readonly tolerant: boolean } | Command
interface Command {
  readonly wait: false
  readonly fields: object
  readonly env: Record<string, string> | undefined
  readonly buildsIn: number | undefined
  readonly dependsOn: readonly number[]
}

const anyText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text))
const envName = fc.oneof(fc.constantFrom('A', 'PATH', '__proto__', 'constructor'), fc.stringMatching(/^[a-z_]{1,6}$/))
const env = fc.dictionary(
  envName,
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  { maxKeys: 4 },
)
const fields = fc.record(
  {
    label: anyText,
    image: fc.constantFrom('node:24', 'debian'),
    timeout_seconds: fc.integer({ min: 1, max: 604_800 }),
    continue_on_failure: fc.boolean(),
    soft_fail: fc.oneof(fc.boolean(), fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3 })),
    retry: fc.record({
      limit: fc.integer({ min: 1, max: 10 }),
      delay_seconds: fc.integer({ min: 0, max: 3600 }),
      exit_codes: fc.constantFrom('*', [1]),
    }),
    if: fc
      .letrec((tie) => ({
        condition: fc.record(
          {
            branch: fc.constantFrom('main', ['a*', 'b']),
            local: fc.boolean(),
            not: tie('condition'),
            any: fc.array(tie('condition'), { maxLength: 2 }),
          },
          { requiredKeys: [] },
        ),
      }))
      .condition.filter((condition) => JSON.stringify(condition).split('{').length < 8),
    cache: fc.constantFrom(
      { policy: 'forever', env_keys: [], key: 'k' },
      { policy: 'on_change', paths: ['a', 'b/**'] },
      { policy: 'none' },
    ),
    resources: fc.record({ cpu: fc.integer({ min: 1, max: 64 }) }, { requiredKeys: [] }),
    unknown: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

/** Makes programs whose explicit edges point backwards, so that they can be planned. */
const program: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: fc.record({ wait: fc.constant(true as const), tolerant: fc.boolean() }) },
      {
        weight: 3,
        arbitrary: fc.record({
          wait: fc.constant(false as const),
          fields,
          env: fc.option(env, { nil: undefined }),
          buildsIn: fc.option(fc.nat(), { nil: undefined }),
          dependsOn: fc.array(fc.nat(), { maxLength: 3 }),
        }),
      },
    ),
    { minLength: 1, maxLength: 14 },
  )
  .filter((entries) => entries.some((entry) => !entry.wait))
  .map((entries) => {
    let before = 0
    return entries.map((entry) => {
      if (entry.wait) return entry
      const count = before++
      const earlier = (index: number) => index % count
      if (count === 0) return { ...entry, buildsIn: undefined, dependsOn: [] }
      return {
        ...entry,
        buildsIn: entry.buildsIn === undefined ? undefined : earlier(entry.buildsIn),
        dependsOn: entry.dependsOn.map(earlier),
      }
    })
  })

function flatOf(entries: readonly Entry[], documentEnv: object): object {
  let count = 0
  const steps = entries.map((entry) => {
    if (entry.wait) return { type: 'wait', continue_on_failure: entry.tolerant }
    const { fields, env, buildsIn, dependsOn } = entry
    const edges = {
      builds_in: buildsIn === undefined ? null : `k${buildsIn}`,
      depends_on: dependsOn.map((index) => `k${index}`),
    }
    return { type: 'command', key: `k${count++}`, cmd: 'make', ...fields, env: env ?? null, ...edges }
  })
  return { version: '0', default_image: 'base', env: documentEnv, steps }
}

/**
 * Returns the same program as a graph, lowered as the design specifies, with lists in place of the
 * product's two indexes.
 */
function graphOf(entries: readonly Entry[], documentEnv: object): object {
  const nodes: object[] = []
  const edges: [number, number, string][] = []
  let gate: number[] = []
  let segment: number[] = []
  let tolerant = false
  for (const entry of entries) {
    if (entry.wait) {
      if (segment.length === 0) tolerant = tolerant && entry.tolerant
      else {
        gate = tolerant ? [...gate, ...segment] : segment
        tolerant = entry.tolerant
        segment = []
      }
      continue
    }
    const to = nodes.length
    if (entry.buildsIn !== undefined) edges.push([entry.buildsIn, to, 'builds_in'])
    for (const from of [...gate, ...entry.dependsOn]) edges.push([from, to, 'depends_on'])
    const waived = tolerant && gate.length > 0 ? { continue_on_failure: true } : {}
    nodes.push({
      step: { key: `k${to}`, cmd: 'make', ...entry.fields, ...waived },
      env: { ...documentEnv, ...entry.env },
    })
    segment.push(to)
  }
  return { version: '0', default_image: 'base', graph: { nodes, node_holes: [], edge_property: 'directed', edges } }
}

function prerequisites(step: PlannedStep): readonly number[] {
  return step.buildsIn === null ? step.dependsOn : [...step.dependsOn, step.buildsIn]
}

describe('any valid document', () => {
  it('plans the same in the flat form and as a graph', () => {
    fc.assert(
      fc.property(program, env, (entries, documentEnv) => {
        const flat = parsePlan(JSON.stringify(flatOf(entries, documentEnv)))
        const graph = parsePlan(JSON.stringify(graphOf(entries, documentEnv)))
        if (!flat.ok || !graph.ok) throw new Error(flat.ok ? 'only flat plans' : flat.error.message)
        expect(flat.plan.steps).toEqual(graph.plan.steps)
      }),
      { numRuns: scaled(40) },
    )
  })

  it('plans into steps that can run in some order, each with an image or a parent', () => {
    fc.assert(
      fc.property(program, env, (entries, documentEnv) => {
        const result = parsePlan(JSON.stringify(flatOf(entries, documentEnv)))
        if (!result.ok) throw new Error(result.error.message)
        for (const [i, step] of result.plan.steps.entries()) {
          expect(prerequisites(step).every((before) => before < i)).toBe(true)
          expect(step.dependsOn).toEqual([...new Set(step.dependsOn)].sort((a, b) => a - b))
          expect(step.dependsOn).not.toContain(step.buildsIn)
          expect(step.image === null).toBe(step.buildsIn !== null)
        }
      }),
      { numRuns: scaled(20) },
    )
  })
})

describe('any graph of steps', () => {
  const edge = fc.tuple(fc.nat(19), fc.nat(19), fc.constantFrom('builds_in', 'depends_on'))
  it('is planned, or reports a real cycle or a second parent', () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 40 }), (edges) => {
        const nodes = Array.from({ length: 20 }, (_, i) => ({ step: { key: `k${i}`, cmd: 'make' } }))
        const result = parsePlan(JSON.stringify({ version: '0', graph: { nodes, edges } }))
        if (result.ok) {
          expect(runnable(result.plan.steps)).toBe(true)
          return
        }
        if (result.error.code === 'invalid_ir') {
          expect(result.error.message).toContain('one builds_in prerequisite')
          return
        }
        expect(result.error.code).toBe('cycle')
        const keys = [...result.error.message.matchAll(/"k(\d+)"/g)].map((match) => Number(match[1]))
        expect(keys.length).toBeGreaterThan(1)
        expect(keys[0]).toBe(keys.at(-1))
        expect(new Set(keys).size).toBe(keys.length - 1)
        for (const [i, to] of keys.slice(1).entries()) {
          expect(edges.some((found) => found[0] === keys[i] && found[1] === to)).toBe(true)
        }
      }),
      { numRuns: scaled(60) },
    )
  })

  // Completes runnable steps until none is left. Returns whether all steps completed.
  function runnable(steps: readonly PlannedStep[]): boolean {
    const done = new Set<number>()
    for (let before = -1; before < done.size; ) {
      before = done.size
      for (const [i, step] of steps.entries()) if (prerequisites(step).every((index) => done.has(index))) done.add(i)
    }
    return done.size === steps.length
  }
})

describe('any damaged document', () => {
  const CODES = [
    'invalid_json',
    'bad_version',
    'invalid_ir',
    'empty_pipeline',
    'duplicate_key',
    'unknown_dependency',
    'cycle',
  ]
  const check = (text: string) => {
    for (const result of [parsePlan(text), checkDocument(text)]) if (!result.ok) checkError(result.error)
  }
  const checkError = (error: PlanError) => {
    expect(CODES).toContain(error.code)
    expect(error.message.startsWith(`${error.code} at `)).toBe(true)
    expect(error.message.isWellFormed() && !error.message.includes('\0')).toBe(true)
    expect(error.pointer === '' || error.pointer.startsWith('/')).toBe(true)
  }
  const unsupported = fc.constantFrom(
    {},
    { artifacts: [{ path: 'dist/**', when: 'always', kind: 'junit' }] },
    { services: [{ name: 'db', image: 'x', env: { A: 'b' }, ready: { port: 1, timeout_seconds: 1 } }] },
    { inputs: [{ from: 'k0', path: 'a', into: 'b' }], concurrency: { group: 'g', limit: 1, scope: 'pipeline' } },
    { matrix: { group: 'g', cell: { go: '1.24' } }, runner: 'vm', runner_args: { a: [] } },
  )
  const document = fc.tuple(program, env, fc.boolean(), unsupported).map(([entries, shared, flat, more]) => {
    const all = entries.map((entry) => (entry.wait ? entry : { ...entry, fields: { ...entry.fields, ...more } }))
    return JSON.stringify((flat ? flatOf : graphOf)(all, shared))
  })

  it('with a piece of its text replaced yields a plan or an error code and never throws', () => {
    const piece = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 4 }),
      fc.constantFrom('[', '}', ',', 'null', '1e999', '"', '\\ud800', '\\u0000', '-1', ''),
    )
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(12), piece, (text, from, length, inserted) => {
        const start = from % text.length
        check(text.slice(0, start) + inserted + text.slice(start + length))
      }),
      { numRuns: scaled(60) },
    )
  })

  it('with a replaced value yields a plan or an error code and never throws', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, -0, 1e300, 0.5, '', '\ud800', '\0', [], {}, [null], { a: null }),
    )
    fc.assert(
      fc.property(document, fc.nat(), value, (text, choice, replacement) => {
        let place = 0
        const total = text.split(/[{[,]/).length
        const spoilt = JSON.stringify(JSON.parse(text), (_, current: unknown) =>
          place++ === choice % total ? replacement : current,
        )
        check(spoilt)
      }),
      { numRuns: scaled(60) },
    )
  })
})

describe('the largest documents', () => {
  it('of 10,000 steps and 200,000 edges, at full effort, are planned', () => {
    const [steps, count] = [scaled(2_000, 10_000), scaled(40_000, 200_000)]
    const nodes = Array.from({ length: steps }, (_, i) => ({ step: { key: `k${i}`, cmd: 'make' }, env: { CI: '1' } }))
    const span = Math.floor(steps * 0.99)
    const edges = Array.from({ length: count }, (_, i) => [
      i % span,
      (i % span) + 1 + Math.floor(i / span),
      'depends_on',
    ])
    const result = parsePlan(JSON.stringify({ version: '0', graph: { nodes, edges } }))
    expect(result).toMatchObject({ ok: true, plan: { steps: { length: steps } } })
  })

  // Quadratic work would time out here.
  it.each([
    ['of open lists', 'invalid_json', '['],
    ['of wrong nodes', 'invalid_ir', '{"version":"0","graph":{"nodes":[0', ',0', ']}}'],
    ['of unknown fields', null, '{"version":"0","steps":[{"type":"command","key":"a","cmd":"b"', ',"xxxx":{}', '}]}'],
    ['of waits', 'empty_pipeline', '{"version":"0","steps":[{"type":"wait"}', ',{"type":"wait"}', ']}'],
    ['of one command', 'invalid_ir', '{"version":"0","steps":[{"type":"command","key":"a","cmd":"', 'xxxxxxxx', '"}]}'],
  ])('%s, 8 MiB long at full effort, are checked', (_, code, head, piece = '[', tail = '') => {
    const bytes = scaled(1.5 * 1024 * 1024, 8 * 1024 * 1024)
    const text = head + piece.repeat(Math.floor((bytes - head.length - tail.length) / piece.length)) + tail
    const result = parsePlan(text)
    expect(result.ok ? null : result.error.code).toBe(code)
  })

  it('nested a million levels deep do not exhaust the stack', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`
    const document = (field: string) =>
      `{"version":"0","steps":[{"type":"command","key":"a","cmd":"b","${field}":${deep}}]}`
    expect(parsePlan(document('unknown'))).toMatchObject({ ok: true })
    expect(parsePlan(document('label'))).toMatchObject({ ok: false, error: { code: 'invalid_ir' } })
    expect(parsePlan(document('runner_args').replace('[', '{"x":[').replace(']}', ']}}'))).toMatchObject({ ok: false })
  })
})
