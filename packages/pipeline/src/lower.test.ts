import type { IrDocument } from '@harmont/ir'
import { describe, expect, it } from 'vitest'
import { forever } from './cache.ts'
import { pipeline } from './pipeline.ts'
import { type Step, scratch, sh, wait } from './step.ts'

const named = (key: string, options: object = {}) => sh(`make ${key}`, { key, ...options })

/** The edges by key: `a>b` for builds_in, `a-b` for depends_on; and which steps go on after a failure. */
function shape(ir: IrDocument): { keys: string[]; edges: string[]; goOn: string[] } {
  const keys = ir.graph.nodes.map((node) => node.step.key)
  const edges = ir.graph.edges.map(([from, to, kind]) => `${keys[from]}${kind === 'builds_in' ? '>' : '-'}${keys[to]}`)
  const goOn = ir.graph.nodes.filter((node) => node.step.continue_on_failure).map((node) => node.step.key)
  return { keys, edges, goOn }
}

describe('lowering of waits', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => named(key)) as [Step, Step, Step, Step]
  const tolerant = { continueOnFailure: true }

  it('a wait makes each step after it wait for each before it', () => {
    expect(shape(pipeline([a, b, wait(), c, d]))).toEqual({
      keys: ['a', 'b', 'c', 'd'],
      edges: ['a-c', 'b-c', 'a-d', 'b-d'],
      goOn: [],
    })
  })

  it('a second wait asks for the steps between the two only', () => {
    expect(shape(pipeline([a, wait(), b, wait(), c])).edges).toEqual(['a-b', 'b-c'])
  })

  it('consecutive waits count as one', () => {
    expect(shape(pipeline([a, wait(), wait(), b])).edges).toEqual(['a-b'])
  })

  it('waits at the ends do nothing', () => {
    expect(shape(pipeline([wait(), wait(tolerant), a, b, wait()]))).toEqual({ keys: ['a', 'b'], edges: [], goOn: [] })
  })

  it('a tolerant wait lets what follows go on after a failure', () => {
    expect(shape(pipeline([a, wait(tolerant), b, c]))).toMatchObject({ edges: ['a-b', 'a-c'], goOn: ['b', 'c'] })
  })

  it('a strict wait after a tolerant one still asks for everything before', () => {
    expect(shape(pipeline([a, wait(tolerant), b, wait(), c]))).toMatchObject({
      edges: ['a-b', 'a-c', 'b-c'],
      goOn: ['b'],
    })
  })

  it('of consecutive waits a strict one wins', () => {
    expect(shape(pipeline([a, wait(tolerant), wait(), b])).goOn).toEqual([])
    expect(shape(pipeline([a, wait(), wait(tolerant), b])).goOn).toEqual([])
    expect(shape(pipeline([a, wait(tolerant), wait(tolerant), b])).goOn).toEqual(['b'])
  })

  it('a wait over steps that were seen before keeps the gate', () => {
    expect(shape(pipeline([a, wait(), a, wait(), b])).edges).toEqual(['a-b'])
  })

  it('a step that builds in one from before the wait carries both edges', () => {
    expect(shape(pipeline([a, wait(), a.sh('make child', { key: 'child' })])).edges).toEqual(['a>child', 'a-child'])
  })
})

describe('lowering of chains', () => {
  it('emits from root to leaf what was not emitted before', () => {
    const base = named('base')
    const left = base.sh('make left', { key: 'left' })
    const right = base.sh('make right', { key: 'right' })
    expect(shape(pipeline([right, left, right]))).toMatchObject({
      keys: ['base', 'right', 'left'],
      edges: ['base>right', 'base>left'],
    })
  })

  it('scratch and fork run nothing: a step builds in its nearest ancestor with a command', () => {
    const base = scratch().sh('make base', { key: 'base' })
    const leaf = base.fork({ label: 'branch' }).fork().sh('make leaf', { key: 'leaf' })
    expect(shape(pipeline([leaf]))).toMatchObject({ keys: ['base', 'leaf'], edges: ['base>leaf'] })
    expect(shape(pipeline([scratch().fork().sh('make', { key: 'alone' })]))).toMatchObject({
      keys: ['alone'],
      edges: [],
    })
  })

  it('gives the key hash no parent behind a fork, and the parent’s key without one', () => {
    const keys = (leaf: Step) => shape(pipeline([leaf])).keys
    const base = named('base')
    expect(keys(base.fork().sh('make'))[1]).not.toBe(keys(base.sh('make'))[1])
    expect(keys(scratch().sh('make'))).toEqual(keys(sh('make')))
  })

  it('emits what a step depends on before it, with its own chain, and the edge after those of the gate', () => {
    const tool = named('toolchain').sh('make tool', { key: 'tool' })
    const first = named('first')
    const app = named('base').sh('make app', { key: 'app', dependsOn: [tool, first] })
    expect(shape(pipeline([first, wait(), app]))).toEqual({
      keys: ['first', 'base', 'toolchain', 'tool', 'app'],
      edges: ['first-base', 'first-toolchain', 'toolchain>tool', 'first-tool', 'base>app', 'first-app', 'tool-app'],
      goOn: [],
    })
  })

  it('depends on the nearest command of a fork, and once on what is there already', () => {
    const base = named('base')
    expect(shape(pipeline([base.sh('make x', { key: 'x', dependsOn: base.fork() })])).edges).toEqual(['base>x'])
    expect(shape(pipeline([named('y', { dependsOn: [base.fork(), base] })])).edges).toEqual(['base-y'])
  })

  it('takes equal-looking steps for two, and a step in two places for one', () => {
    expect(pipeline([sh('make'), sh('make')]).graph.nodes).toHaveLength(2)
    const one = sh('make')
    expect(pipeline([one, [one, [one]]]).graph.nodes).toHaveLength(1)
  })

  it('of 20,000 steps needs no stack', () => {
    let step = sh('make')
    for (let i = 1; i < 20_000; i++) step = i % 2 === 0 ? step.sh('make') : sh('make', { dependsOn: step })
    expect(pipeline([step]).graph.nodes).toHaveLength(20_000)
  })
})

describe('what a node says', () => {
  it('writes members in the order of the table, and only those that were given', () => {
    const ir = pipeline(
      [
        sh('make', {
          secrets: ['NPM_TOKEN'],
          resources: { memoryGb: 8, cpu: 4 },
          when: { baseBranch: 'main', not: { local: true } },
          softFail: [75],
          retry: { limit: 2, delay: '1m', exitCodes: '*' },
          continueOnFailure: true,
          image: 'node:24',
          timeout: '1h30m',
          cache: forever({ envKeys: ['CI'] }),
          label: 'All',
          key: 'all',
          cwd: 'my app',
          env: { N: 1, B: true },
        }),
        sh('true', { key: 'plain' }),
      ],
      { timeout: 90, env: { CI: 'true', N: 'pipeline' } },
    )
    expect(JSON.stringify(ir)).toBe(
      JSON.stringify({
        version: '0',
        timeout_seconds: 90,
        graph: {
          nodes: [
            {
              step: {
                key: 'all',
                cmd: "cd 'my app' && make",
                label: 'All',
                cache: { policy: 'forever', env_keys: ['CI'] },
                timeout_seconds: 5400,
                image: 'node:24',
                continue_on_failure: true,
                retry: { limit: 2, delay_seconds: 60, exit_codes: '*' },
                soft_fail: [75],
                if: { base_branch: 'main', not: { local: true } },
                resources: { cpu: 4, memory_gb: 8 },
              },
              env: { DEBIAN_FRONTEND: 'noninteractive', TERM: 'dumb', CI: 'true', N: '1', B: 'true' },
              secrets: { NPM_TOKEN: 'NPM_TOKEN' },
            },
            {
              step: { key: 'plain', cmd: 'true', image: 'ubuntu:24.04' },
              env: { DEBIAN_FRONTEND: 'noninteractive', TERM: 'dumb', CI: 'true', N: 'pipeline' },
            },
          ],
          node_holes: [],
          edge_property: 'directed',
          edges: [],
        },
      }),
    )
  })

  it('gives a root its own image, else that of its scratch, else the default; a child none', () => {
    const image = (leaf: Step, defaultImage?: string) =>
      pipeline([leaf], defaultImage === undefined ? {} : { defaultImage }).graph.nodes.map((node) => node.step.image)
    expect(image(scratch({ image: 'a' }).sh('x', { image: 'b' }))).toEqual(['b'])
    expect(image(scratch({ image: 'a' }).fork().sh('x').sh('y'), 'd')).toEqual(['a', undefined])
    expect(image(sh('x'), 'd')).toEqual(['d'])
    expect(image(sh('x'))).toEqual(['ubuntu:24.04'])
  })

  it('lays a step’s own options over the pipeline’s', () => {
    const ir = pipeline([sh('a', { retry: 1, secrets: { A: 'own' } }), sh('b')], {
      retry: 3,
      resources: { cpu: 8 },
      secrets: { A: 'shared', B: 'shared' },
    })
    expect(ir.graph.nodes.map((node) => [node.step.retry?.limit, node.step.resources?.cpu, node.secrets])).toEqual([
      [1, 8, { A: 'own', B: 'shared' }],
      [3, 8, { A: 'shared', B: 'shared' }],
    ])
  })
})
