import { type Plan, parsePlan } from '@harmont/ir'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factsOfPlan } from '../events/step-facts.ts'
import type { RecordedStep } from '../records/run-record.ts'
import { planRetry } from '../runs/plan-retry.ts'
import { planRun, runAnew, selectSteps } from './plan-run.ts'

/** `in`: key of the parent; `after`: keys of other prerequisites. */
type Drawn = Readonly<Record<string, { readonly in?: string; readonly after?: readonly string[] }>>

function irOf(drawn: Drawn): string {
  const steps = Object.entries(drawn).map(([key, { in: builds_in, after }]) => ({
    type: 'command',
    key,
    cmd: 'true',
    ...(builds_in === undefined ? {} : { builds_in }),
    ...(after === undefined ? {} : { depends_on: after }),
  }))
  return JSON.stringify({ version: '0', steps })
}

function planOf(drawn: Drawn): Plan {
  const parsed = parsePlan(irOf(drawn))
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.plan
}

const fork: Drawn = { base: {}, a: { in: 'base' }, b: { in: 'base', after: ['a'] }, c: { in: 'b' }, other: {} }
const keysOf = (plan: Plan | { readonly unknown: readonly string[] }) =>
  'unknown' in plan ? plan.unknown : plan.steps.map(({ key }) => key)

describe('chosen steps', () => {
  test.each([
    [['a'], ['base', 'a']],
    [['c'], ['base', 'a', 'b', 'c']],
    [
      ['other', 'base'],
      ['base', 'other'],
    ],
    [[], ['base', 'a', 'b', 'c', 'other']],
  ])('%j run with their dependencies: %j', (chosen, expected) => {
    expect(keysOf(selectSteps(planOf(fork), chosen))).toEqual(expected)
  })

  test('keep their edges, in any plan', () => {
    const plans = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.boolean()), { minLength: 1, maxLength: 12 }).map((drawn) =>
      planOf(
        Object.fromEntries(
          drawn.map(([parent, after, isRoot], slot) => {
            if (slot === 0) return ['s0', {}]
            return [`s${slot}`, { ...(isRoot ? {} : { in: `s${parent % slot}` }), after: [`s${after % slot}`] }]
          }),
        ),
      ),
    )
    fc.assert(
      fc.property(plans, fc.nat(), (plan, pick) => {
        const key = plan.steps[pick % plan.steps.length]?.key ?? ''
        const chosen = selectSteps(plan, [key])
        if ('unknown' in chosen) throw new Error('the key is one of the plan')
        const needsOf = ({ steps }: Plan, wanted: string) => {
          const step = steps.find((each) => each.key === wanted)
          return [step?.buildsIn ?? -1, ...(step?.dependsOn ?? [])].map((slot) => steps[slot]?.key)
        }
        expect(chosen.steps.map((step) => step.key)).toContain(key)
        for (const step of chosen.steps) expect(needsOf(chosen, step.key)).toEqual(needsOf(plan, step.key))
      }),
    )
  })

  test('bring the steps from which they and their services take files', () => {
    const db = { name: 'db', image: 'x' }
    const own = { site: { services: [db] }, deploy: { inputs: [{ from: 'site', path: 'dist/**' }] } }
    const from = { services: [{ ...db, from: 'site' }] }
    const more: Readonly<Record<string, object>> = { ...own, test: from }
    const steps = ['other', 'site', 'deploy', 'test'].map((key) => ({
      type: 'command',
      key,
      cmd: 'true',
      ...more[key],
    }))
    const parsed = parsePlan(JSON.stringify({ version: '0', steps }))
    if (!parsed.ok) throw new Error(parsed.error.message)
    const chosen = selectSteps(parsed.plan, ['deploy', 'test'])
    expect(keysOf(chosen)).toEqual(['site', 'deploy', 'test'])
    expect('steps' in chosen && chosen.steps.slice(1)).toMatchObject([
      { dependsOn: [0], inputs: [{ from: 0 }] },
      { dependsOn: [0], services: [{ from: 0 }] },
    ])
  })

  test('unknown keys are reported, together with the known ones', () => {
    expect(() => planRun(irOf(fork), { steps: ['a', 'nope'], timeoutMs: undefined })).toThrow(/the key nope/)
  })
})

test('a time limit on the command line only shortens the pipeline’s own', () => {
  const ir = irOf({ a: {} })
  const timed = ir.replace('{', '{"timeout_seconds":10,')
  const secondsOf = (text: string, timeoutMs: number | undefined) =>
    planRun(text, { steps: [], timeoutMs }).timeoutSeconds
  expect([secondsOf(ir, 500), secondsOf(timed, 500), secondsOf(timed, 60_000), secondsOf(timed, undefined)]).toEqual([
    0.5, 0.5, 10, 10,
  ])
})

test('rerunning a step reruns the steps built on it, and no others', () => {
  expect(runAnew(planOf(fork), [])).toEqual([])
  expect(runAnew(planOf(fork), ['b'])).toEqual(['b', 'c'])
  expect(runAnew(planOf(fork), ['b', true])).toBe(true)
  expect(() => runAnew(planOf(fork), ['nope'])).toThrow('nope')
})

test('chains are numbered by their roots, even when a child comes before its parent', () => {
  const plan = planOf({ child: { in: 'base' }, base: {}, other: {}, grandchild: { in: 'child' } })
  const facts = factsOfPlan(plan)
  expect(plan.steps.map(({ key }) => facts.of(key)?.chain)).toEqual([0, 0, 1, 0])
})

describe('a retry', () => {
  const step = (key: string, state: RecordedStep['state'], snapshot: string | null = null): RecordedStep => ({
    id: key,
    key,
    parentKey: null,
    dependsOn: [],
    appendedBy: null,
    state,
    attempts: 1,
    exitCode: null,
    snapshot,
    serviceSnapshots: {},
    softFailed: false,
    message: null,
    cachedFrom: null,
  })
  const { steps } = planOf(fork)
  const retry = (
    earlier: readonly RecordedStep[],
    { only = [], there = ['s'] }: { only?: string[]; there?: string[] } = {},
  ) => {
    const found = planRetry({
      steps,
      earlier: new Map(earlier.map((each) => [each.key, each])),
      only,
      hasSnapshot: (id) => there.includes(id),
      conditions: steps.map(() => true),
    })
    const keys = (slots: Iterable<number>) => [...slots].map((slot) => steps[slot]?.key).sort()
    return { rerun: keys(found.rerun), kept: keys(found.kept.keys()) }
  }
  const passed = [step('base', 'passed', 's'), step('a', 'passed'), step('other', 'passed')]

  test('runs the failed and blocked steps, and keeps only the results that they need', () => {
    expect(retry([...passed, step('b', 'failed'), step('c', 'skipped')])).toEqual({
      rerun: ['b', 'c'],
      kept: ['a', 'base'],
    })
  })
  test('reruns the parent of a failed step when its snapshot is gone, and all steps built on it', () => {
    expect(retry([...passed, step('b', 'failed'), step('c', 'skipped')], { there: [] })).toEqual({
      rerun: ['a', 'b', 'base', 'c'],
      kept: [],
    })
  })
  test('reruns a step if a failed step takes its files and they are gone, but not a skipped step', () => {
    const taking = planOf({ site: {}, gone: {}, off: {}, deploy: { after: ['site', 'gone', 'off'] } }).steps.map(
      (each) =>
        each.key === 'deploy'
          ? { ...each, inputs: [0, 1, 2].map((from) => ({ from, path: 'x', into: '', optional: true })) }
          : each,
    )
    const earlier = [step('site', 'passed', 's'), step('gone', 'passed', 'lost'), step('off', 'skipped')]
    const found = planRetry({
      steps: taking,
      earlier: new Map([...earlier, step('deploy', 'failed')].map((each) => [each.key, each])),
      only: [],
      hasSnapshot: (id) => id === 's',
      conditions: taking.map(({ key }) => key !== 'off'),
    })
    expect([[...found.rerun].sort(), [...found.kept]]).toEqual([
      [1, 3],
      [[0, expect.objectContaining({ snapshot: 's' })]],
    ])
  })
  test('keeps service files that a failed step starts from, and reruns their step if they are missing', () => {
    const { steps: planned } = planOf({ migrate: {}, test: { after: ['migrate'] } })
    const db = { name: 'db', from: 0 } as NonNullable<(typeof planned)[number]['services']>[number]
    const withService = planned.map((each) => (each.key === 'test' ? { ...each, services: [db] } : each))
    const left = { snapshot: null, serviceSnapshots: { db: 's' } }
    const found = (there: string) =>
      planRetry({
        steps: withService,
        earlier: new Map([
          ['migrate', { ...step('migrate', 'passed'), ...left }],
          ['test', step('test', 'failed')],
        ]),
        only: [],
        hasSnapshot: (id) => id === there,
        conditions: [true, true],
      })
    expect([...found('s').kept]).toEqual([[0, expect.objectContaining(left)]])
    expect([...found('s').rerun]).toEqual([1])
    expect([...found('').rerun].sort()).toEqual([0, 1])
  })
  test('ignores other failures if steps are named', () => {
    const failures = [
      step('base', 'passed', 's'),
      step('a', 'passed'),
      step('b', 'failed'),
      step('c', 'skipped'),
      step('other', 'failed'),
    ]
    expect(retry(failures, { only: ['other'] })).toEqual({ rerun: ['other'], kept: [] })
    expect(retry(failures, { only: ['b'] })).toEqual({ rerun: ['b', 'c'], kept: ['a', 'base'] })
  })
  test('G135 reruns a generator if a step that it appended has not passed, directly or indirectly', () => {
    const appended = (key: string, by: string, state: RecordedStep['state']) => ({
      ...step(key, state),
      appendedBy: by,
    })
    const whole = [...passed, step('b', 'passed', 's'), step('c', 'passed'), appended('x', 'b', 'passed')]
    const second = { rerun: ['b'], kept: ['a', 'base'] }
    expect(retry([...whole, appended('y', 'x', 'failed')])).toEqual(second)
    expect(retry([...whole, appended('y', 'x', 'failed'), appended('z', 'other', 'failed')], { only: ['y'] })).toEqual(
      second,
    )
    expect(retry([...whole, appended('y', 'x', 'passed')])).toEqual({ rerun: [], kept: [] })
    expect(retry([...whole, { ...appended('y', 'x', 'failed'), softFailed: true }])).toEqual({ rerun: [], kept: [] })
  })
  test('has nothing to do after a passed run', () => {
    expect(retry([...passed, step('b', 'passed', 's'), step('c', 'passed')])).toEqual({ rerun: [], kept: [] })
  })
})
