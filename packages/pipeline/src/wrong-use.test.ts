import { describe, expect, it, vi } from 'vitest'
import { compose, forever, onChange, ttl } from './cache.ts'
import { pipeline } from './pipeline.ts'
import { scratch, sh, wait } from './step.ts'

// Pipeline files are often plain JavaScript, where no type holds a slip back: these calls are made as such a file makes them.
const untyped: Record<string, (...values: never[]) => unknown> = {
  sh,
  scratch,
  wait,
  pipeline,
  forever,
  ttl,
  onChange,
  compose,
}
const call = (name: string, ...values: unknown[]) => Reflect.apply(untyped[name] ?? sh, undefined, values)

describe('wrong use throws where it is wrong, with expected, got and what to do', () => {
  const rows: [string, unknown[], string][] = [
    ['sh', [], 'sh: expected a non-empty string, got nothing. Give the step a command.'],
    ['sh', ['  '], 'sh: expected a non-empty string, got "  ".'],
    ['sh', ['x', { labl: 'y' }], 'sh: expected one of the options label, cache,'],
    ['sh', ['x', { artefacts: [] }], 'got "artefacts". Correct the name, or take it out.'],
    ['sh', ['x', { cwd: '' }], 'sh, cwd: expected a non-empty string, got "".'],
    ['sh', ['x', { env: { A: null } }], 'sh, env, A: expected a string, a number or a boolean, got null.'],
    ['sh', ['x', { env: { A: Number.NaN } }], 'got NaN'],
    ['sh', ['x', { timeout: '90' }], 'sh, timeout: expected whole positive seconds or a text such as "90s"'],
    ['sh', ['x', { timeout: '' }], 'got "".'],
    ['sh', ['x', { timeout: 1.5 }], 'got 1.5.'],
    ['sh', ['x', { retry: 0 }], 'sh, retry: expected a whole number from 1 to 10, got 0.'],
    ['sh', ['x', { retry: { limit: 1, exitCode: [] } }], 'got "exitCode"'],
    ['sh', ['x', { softFail: 'yes' }], 'sh, softFail: expected a list, got "yes".'],
    ['sh', ['x', { when: { brunch: 'main' } }], 'got "brunch". Correct the name, or take it out.'],
    ['sh', ['x', { when: { local: 1 } }], 'sh, when, local: expected true or false, got 1.'],
    ['sh', ['x', { cache: 'forever' }], 'sh, cache: expected a cache policy, got "forever". Use forever()'],
    [
      'sh',
      ['x', { dependsOn: scratch() }],
      'sh, dependsOn: expected a step with a command, got a step without a command.',
    ],
    ['sh', ['x', { dependsOn: wait() }], 'sh, dependsOn: expected a step with a command'],
    ['sh', ['x', { resources: { cpu: 0 } }], 'sh, resources, cpu: expected a whole number of 1 or more, got 0.'],
    ['scratch', [{ imag: 'x' }], 'got "imag"'],
    ['wait', [true], 'wait: expected an object, got true.'],
    ['ttl', ['1w'], 'ttl: expected whole positive seconds'],
    ['onChange', [], 'onChange: expected at least one path'],
    ['compose', [{}], 'compose: expected a cache policy, got an object.'],
    ['forever', [{ envKeys: 'CI' }], 'forever, envKeys: expected a list, got "CI".'],
    ['pipeline', [], 'pipeline: expected a step, a wait or a list of them, got nothing.'],
    ['pipeline', [[]], 'pipeline: expected at least one step with a command'],
    ['pipeline', [[wait(), scratch()]], 'pipeline: expected at least one step with a command'],
    ['pipeline', [['make']], 'pipeline: expected a step, a wait or a list of them, got "make".'],
    ['pipeline', [[sh('x')], { timeut: 1 }], 'got "timeut"'],
    [
      'pipeline',
      [[sh('make a', { key: 'k' }), sh('x', { key: 'k', label: 'Second' })]],
      'one step with the key "k", got "make a" and "Second". Rename one of the two.',
    ],
  ]
  it.each(rows)('%s(%j)', (name, values, message) => {
    expect(() => call(name, ...values)).toThrow(TypeError)
    expect(() => call(name, ...values)).toThrow(message)
  })
})

describe('a step', () => {
  it('cannot be changed, nor by changing what it was made from', () => {
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

  it('of another copy of the SDK is a step', async () => {
    vi.resetModules()
    const other = await import('./index.ts')
    expect(other.sh).not.toBe(sh)
    expect(
      pipeline([other.sh('make', { key: 'a' }), other.wait(), sh('make', { key: 'b', dependsOn: other.sh('x') })]).graph
        .edges,
    ).toHaveLength(3)
  })
})
