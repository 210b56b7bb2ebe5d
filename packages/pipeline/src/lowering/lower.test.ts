// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of the server

import type { IrDocument } from '@harmont/ir'
import { describe, expect, it } from 'vitest'
import { forever } from '../cache.ts'
import { scratch, sh, wait } from '../commands.ts'
import { filesFrom } from '../options/inputs.ts'
import { pipeline } from '../pipeline.ts'
import type { Step } from '../step.ts'

const named = (key: string, options: object = {}) => sh(`make ${key}`, { key, ...options })

/**
 * The edges by key: `a>b` for builds_in, `a-b` for depends_on; and the steps that continue after a
 * failure.
 */
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

  it('a second wait only waits for the steps between the two', () => {
    expect(shape(pipeline([a, wait(), b, wait(), c])).edges).toEqual(['a-b', 'b-c'])
  })

  it('consecutive waits count as one', () => {
    expect(shape(pipeline([a, wait(), wait(), b])).edges).toEqual(['a-b'])
  })

  it('waits at the ends do nothing', () => {
    expect(shape(pipeline([wait(), wait(tolerant), a, b, wait()]))).toEqual({ keys: ['a', 'b'], edges: [], goOn: [] })
  })

  it('a tolerant wait lets later steps continue after a failure', () => {
    expect(shape(pipeline([a, wait(tolerant), b, c]))).toMatchObject({ edges: ['a-b', 'a-c'], goOn: ['b', 'c'] })
  })

  it('a strict wait after a tolerant one still waits for all earlier steps', () => {
    expect(shape(pipeline([a, wait(tolerant), b, wait(), c]))).toMatchObject({
      edges: ['a-b', 'a-c', 'b-c'],
      goOn: ['b'],
    })
  })

  it('a strict wait wins over consecutive tolerant ones', () => {
    expect(shape(pipeline([a, wait(tolerant), wait(), b])).goOn).toEqual([])
    expect(shape(pipeline([a, wait(), wait(tolerant), b])).goOn).toEqual([])
    expect(shape(pipeline([a, wait(tolerant), wait(tolerant), b])).goOn).toEqual(['b'])
  })

  it('a wait over steps that were already emitted keeps the gate', () => {
    expect(shape(pipeline([a, wait(), a, wait(), b])).edges).toEqual(['a-b'])
  })

  it('throws before it makes more than 200,000 edges', () => {
    const many = (count: number) => Array.from({ length: count }, () => sh('make'))
    expect(pipeline([many(500), wait(), many(400)]).graph.edges).toHaveLength(200_000)
    const message =
      'pipeline: expected at most 200,000 edges, got more. A wait between n and m steps makes n × m edges: combine'
    expect(() => pipeline([many(500), wait(), many(401)])).toThrow(message)
    expect(() => pipeline([many(9000), wait(), many(9000)])).toThrow(message)
  })

  it('a step that builds in a step before the wait has both edges', () => {
    expect(shape(pipeline([a, wait(), a.sh('make child', { key: 'child' })])).edges).toEqual(['a>child', 'a-child'])
  })
})

describe('lowering of chains', () => {
  it('emits steps not yet emitted, from root to leaf', () => {
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

  it('hashes a key with the parent’s key, but behind a fork without one', () => {
    const keys = (leaf: Step) => shape(pipeline([leaf])).keys
    const base = named('base')
    expect(keys(base.fork().sh('make'))[1]).not.toBe(keys(base.sh('make'))[1])
    expect(keys(scratch().sh('make'))).toEqual(keys(sh('make')))
  })

  it('emits a step’s dependencies and their chains before it, and their edges after those of the gate', () => {
    const tool = named('toolchain').sh('make tool', { key: 'tool' })
    const first = named('first')
    const app = named('base').sh('make app', { key: 'app', dependsOn: [tool, first] })
    expect(shape(pipeline([first, wait(), app]))).toEqual({
      keys: ['first', 'base', 'toolchain', 'tool', 'app'],
      edges: ['first-base', 'first-toolchain', 'toolchain>tool', 'first-tool', 'base>app', 'first-app', 'tool-app'],
      goOn: [],
    })
  })

  it('depends on the nearest command of a fork, and adds no edge twice', () => {
    const base = named('base')
    expect(shape(pipeline([base.sh('make x', { key: 'x', dependsOn: base.fork() })])).edges).toEqual(['base>x'])
    expect(shape(pipeline([named('y', { dependsOn: [base.fork(), base] })])).edges).toEqual(['base-y'])
  })

  it('treats equal-looking steps as two, and a step in two places as one', () => {
    expect(pipeline([sh('make'), sh('make')]).graph.nodes).toHaveLength(2)
    const one = sh('make')
    expect(pipeline([one, [one, [one]]]).graph.nodes).toHaveLength(1)
  })

  it('lowers a chain of 20,000 steps without a stack overflow', () => {
    let step = sh('make')
    for (let i = 1; i < 20_000; i++) step = i % 2 === 0 ? step.sh('make') : sh('make', { dependsOn: step })
    expect(pipeline([step]).graph.nodes).toHaveLength(20_000)
  })
})

describe('the content of a node', () => {
  it('writes only the given members, in the order of the table', () => {
    const site = sh('make site', { key: 'site', label: 'Site' })
    const ir = pipeline(
      [
        sh('make', {
          services: { ready: { timeout: '1m', port: 5432 }, env: { A: 1 }, image: 'postgres:18', name: 'db' },
          inputs: [{ into: 'web', path: 'dist/**', from: site }, filesFrom(site.fork(), 'a')],
          artifacts: ['dist/**', { kind: 'junit', when: 'always', path: 'junit.xml' }],
          concurrency: { scope: 'organization', group: 'deploy' },
          secrets: ['NPM_TOKEN'],
          resources: { memoryGb: 8, cpu: 4 },
          when: { not: { local: true }, baseBranch: 'main' },
          softFail: [75],
          retry: { reasons: ['disk_limit'], signals: ['SIGKILL'], exitCodes: '*', delay: '1m', limit: 2 },
          continueOnFailure: true,
          runnerArgs: { b: 1, a: [null] },
          runner: 'docker',
          image: 'node:24',
          timeout: '1h30m',
          cache: forever({ envKeys: ['CI'] }),
          label: 'All',
          key: 'all',
          cwd: 'my app',
          env: { N: 1, B: true },
        }),
      ],
      {
        concurrency: { whenFull: 'cancel_waiting', limit: 2, group: '${branch}' },
        timeout: 90,
        env: { CI: 'true', N: 'pipeline' },
      },
    )
    const env = { DEBIAN_FRONTEND: 'noninteractive', TERM: 'dumb', CI: 'true' }
    expect(JSON.stringify(ir)).toBe(
      JSON.stringify({
        version: '0',
        timeout_seconds: 90,
        concurrency: { group: '${branch}', limit: 2, when_full: 'cancel_waiting' },
        graph: {
          nodes: [
            {
              step: { key: 'site', cmd: 'make site', label: 'Site', image: 'ubuntu:24.04' },
              env: { ...env, N: 'pipeline' },
            },
            {
              step: {
                key: 'all',
                cmd: "cd 'my app' && make",
                label: 'All',
                cache: { policy: 'forever', env_keys: ['CI'] },
                timeout_seconds: 5400,
                image: 'node:24',
                runner: 'docker',
                runner_args: { b: 1, a: [null] },
                continue_on_failure: true,
                retry: {
                  limit: 2,
                  delay_seconds: 60,
                  exit_codes: '*',
                  signals: ['SIGKILL'],
                  reasons: ['disk_limit'],
                },
                soft_fail: [75],
                if: { base_branch: 'main', not: { local: true } },
                concurrency: { group: 'deploy', limit: 1, scope: 'organization' },
                resources: { cpu: 4, memory_gb: 8 },
                artifacts: [{ path: 'dist/**' }, { path: 'junit.xml', when: 'always', kind: 'junit' }],
                inputs: [
                  { from: 'site', path: 'dist/**', into: 'web' },
                  { from: 'site', path: 'a' },
                ],
                services: [
                  { name: 'db', image: 'postgres:18', env: { A: '1' }, ready: { port: 5432, timeout_seconds: 60 } },
                ],
              },
              env: { ...env, N: '1', B: 'true' },
              secrets: { NPM_TOKEN: 'NPM_TOKEN' },
            },
          ],
          node_holes: [],
          edge_property: 'directed',
          edges: [[0, 1, 'depends_on']],
        },
      }),
    )
  })

  it('waits for its dependencies, then for the sources of its inputs, and for its parent only once', () => {
    const [parent, other, third] = [named('parent'), named('other'), named('third')]
    const inputs = [filesFrom(parent, 'a'), filesFrom(third, 'b'), filesFrom(other, 'c')]
    expect(shape(pipeline([parent.sh('x', { key: 'x', dependsOn: other, inputs })]))).toMatchObject({
      keys: ['parent', 'other', 'third', 'x'],
      edges: ['parent>x', 'other-x', 'third-x'],
    })
  })

  it('cancels builds that a newer build of the branch supersedes', () => {
    const ir = pipeline(sh('make'), { cancelSuperseded: true })
    expect(ir.concurrency).toEqual({ group: '${branch}', limit: 1, when_full: 'cancel_running' })
    expect(pipeline(sh('make'), { cancelSuperseded: false })).not.toHaveProperty('concurrency')
  })

  it('takes a root’s image from the root, its scratch or the default; a child has none', () => {
    const image = (leaf: Step, defaultImage?: string) =>
      pipeline([leaf], defaultImage === undefined ? {} : { defaultImage }).graph.nodes.map((node) => node.step.image)
    expect(image(scratch({ image: 'a' }).sh('x', { image: 'b' }))).toEqual(['b'])
    expect(image(scratch({ image: 'a' }).fork().sh('x').sh('y'), 'd')).toEqual(['a', undefined])
    expect(image(sh('x'), 'd')).toEqual(['d'])
    expect(pipeline(sh('x'), { default_image: 'd' })).toEqual(pipeline(sh('x'), { defaultImage: 'd' }))
    expect(image(sh('x'))).toEqual(['ubuntu:24.04'])
  })

  it('overrides the pipeline’s options with the step’s own', () => {
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
