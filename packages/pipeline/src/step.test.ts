import { describe, expect, it } from 'vitest'
import { anotherCopy } from './another-copy.test-support.ts'
import { onChange } from './cache.ts'
import { scratch, sh, timeout } from './commands.ts'
import { pipeline } from './pipeline.ts'
import type { Step } from './step.ts'

const only = (step: Step) => pipeline([step]).graph.nodes.at(-1)

describe('timeout', () => {
  it('returns a copy with the new time limit, and leaves the step unchanged', () => {
    const step = scratch().sh('base').sh('make', { label: 'x', timeout: '5m', retry: 1 })
    const short = timeout('90s', step)
    expect(only(short)?.step).toEqual({ ...only(step)?.step, timeout_seconds: 90 })
    expect(only(step)?.step.timeout_seconds).toBe(300)
    expect(only(timeout('1h30m', short))?.step.timeout_seconds).toBe(5400)
    expect(pipeline([short]).graph.edges).toEqual([[0, 1, 'builds_in']])
  })

  it('needs a step with a command, and is at most a week', () => {
    expect(() => timeout(1, scratch())).toThrow(
      'timeout: expected a step with a command, got a step without a command.',
    )
    expect(() => timeout('8d', sh('x'))).toThrow('timeout: expected at most 604,800 seconds, got 691,200.')
  })
})

describe('a command', () => {
  it('has at most 1 MiB, including its directory', () => {
    const longest = 'x'.repeat(1024 * 1024)
    expect(only(sh(longest))?.step.cmd).toHaveLength(1024 * 1024)
    const message = /^sh: expected a command of at most 1,048,576 bytes, got 1,048,58\d. Put the script in a file.$/
    expect(() => sh(longest, { cwd: 'a' })).toThrow(message)
    expect(() => sh(`${longest.slice(0, -1)}é`)).toThrow('got 1,048,577.')
  })

  it('runs all of its lines in its directory', () => {
    expect(only(sh('make', { cwd: '~/my app' }))?.step.cmd).toBe("cd ~/'my app' && make")
    expect(only(sh('a\nb', { cwd: '-x' }))?.step.cmd).toBe('cd ./-x || exit 1\na\nb')
  })

  it('ignores options that are empty or false', () => {
    const empty = {
      artifacts: [],
      inputs: [],
      services: [],
      resources: {},
      runnerArgs: {},
      secrets: [],
      dependsOn: [],
      idTokens: {},
    }
    const plain = sh('make')
    expect(only(sh('make', { ...empty, softFail: false, continueOnFailure: false, env: {} }))).toEqual(only(plain))
  })
})

describe('a step', () => {
  it('cannot be changed, not even through the objects that it was made from', () => {
    const env = { A: '1' }
    const paths = ['a']
    const step = sh('make', { env, cache: onChange(...paths) })
    env.A = '2'
    paths.push('b')
    const [node] = pipeline([step]).graph.nodes
    expect(node?.env.A).toBe('1')
    expect(node?.step.cache).toEqual({ policy: 'on_change', paths: ['a'] })
    expect(() => Object.assign(step, { command: 'other' })).toThrow(TypeError)
  })

  it('stands for the steps that it appends, even in another copy of the SDK', async () => {
    const plan = (await anotherCopy()).sh('plan', { key: 'plan', append: {} })
    const { nodes, edges } = pipeline([sh('report', { key: 'report', dependsOn: [plan.appended()] })]).graph
    expect(nodes.map(({ step }) => step.after_appended)).toEqual([undefined, ['plan']])
    expect(edges).toEqual([[0, 1, 'depends_on']])
    const message = 'appended: expected a step with the option append, got a step without it. Give the step append: {}.'
    for (const none of [sh('x'), scratch(), plan.fork()]) expect(() => none.appended()).toThrow(message)
  })

  it('is recognized by another copy of the SDK', async () => {
    const other = await anotherCopy()
    expect(other.sh).not.toBe(sh)
    expect(
      pipeline([other.sh('make', { key: 'a' }), other.wait(), sh('make', { key: 'b', dependsOn: other.sh('x') })]).graph
        .edges,
    ).toHaveLength(3)
  })
})
