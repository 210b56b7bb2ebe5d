// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of the server

import { describe, expect, it } from 'vitest'
import { scratch, sh, wait } from './commands.ts'
import * as sdk from './index.ts'

// Pipeline files are often plain JavaScript, where no type catches a mistake. These calls have the
// form of calls in such a file.
const untyped: Record<string, unknown> = sdk
const call = (name: string, ...values: unknown[]) => {
  const called = untyped[name]
  if (typeof called !== 'function') throw new Error(`the SDK has no ${name}`)
  return Reflect.apply(called, undefined, values)
}
const withOption = (name: string, value: unknown) => ['x', { [name]: value }]

describe('wrong use throws at its place, with the expected value, the given value and a remedy', () => {
  const rows: [string, unknown[], string][] = [
    ['sh', [], 'sh: expected a non-empty string, got nothing. Give the step a command.'],
    ['sh', ['  '], 'sh: expected a non-empty string, got "  ". Give the step a command.'],
    ['sh', ['a\0'], 'sh: expected a string of valid Unicode without U+0000, got "a\\u0000". Remove the character.'],
    ['sh', ['x', []], 'sh: expected an object, got a list. Write it in curly brackets.'],
    ['sh', withOption('labl', 'y'), 'sh: expected one of the options label, cache,'],
    ['sh', withOption('labl', 'y'), 'got "labl". Correct the name, or remove it.'],
    ['sh', withOption('label', 'x'.repeat(256)), 'sh, label: expected at most 255 characters, got 256. Shorten it.'],
    [
      'sh',
      withOption('key', ' k'),
      'sh, key: expected a name without control characters and without white space at its',
    ],
    ['sh', withOption('cwd', ''), 'sh, cwd: expected a non-empty string, got "". Name a directory, or omit cwd.'],
    ['sh', withOption('image', 'a\nb'), 'sh, image: expected a name without control characters'],
    ['sh', withOption('env', { A: null }), 'sh, env, A: expected a string, a number or a boolean, got null.'],
    ['sh', withOption('env', { A: Number.NaN }), 'sh, env, A: expected a string, a number or a boolean, got NaN.'],
    ['sh', withOption('env', { 'A=': 1 }), 'sh, env: expected a non-empty name without "=" and U+0000, got "A=".'],
    [
      'sh',
      withOption('timeout', '90'),
      'sh, timeout: expected whole positive seconds or a string such as "90s", "1h30m"',
    ],
    ['sh', withOption('timeout', ''), 'got "". Correct the duration.'],
    ['sh', withOption('timeout', 1.5), 'got 1.5. Correct the duration.'],
    ['sh', withOption('timeout', '8d'), 'sh, timeout: expected at most 604,800 seconds, got 691,200.'],
    ['sh', withOption('retry', 0), 'sh, retry: expected a whole number from 1 to 10, got 0. Correct the number.'],
    ['sh', withOption('retry', { limit: 1, exitCode: [] }), 'sh, retry: expected one of the options limit,'],
    [
      'sh',
      withOption('retry', { limit: 1, delay: '2h' }),
      'sh, retry, delay: expected at most 3,600 seconds, got 7,200.',
    ],
    [
      'sh',
      withOption('retry', { limit: 1, signals: ['KILL'] }),
      'sh, retry, signals: expected the name of a signal such',
    ],
    [
      'sh',
      withOption('retry', { limit: 1, reasons: ['x'] }),
      'sh, retry, reasons: expected "out_of_memory", "disk_limit"',
    ],
    ['retry', [11], 'retry: expected a whole number from 1 to 10, got 11.'],
    ['retry', [1, { exitCodes: [256] }], 'retry, exitCodes: expected a whole number from 0 to 255, got 256.'],
    ['sh', withOption('softFail', 'yes'), 'sh, softFail: expected a list, got "yes". Put it into square brackets.'],
    [
      'sh',
      withOption('continueOnFailure', 1),
      'sh, continueOnFailure: expected true or false, got 1. Correct the value.',
    ],
    ['sh', withOption('when', { brunch: 'main' }), 'got "brunch". Correct the name, or remove it.'],
    ['sh', withOption('when', { local: 1 }), 'sh, when, local: expected true or false, got 1.'],
    [
      'sh',
      withOption('when', { event: 'merge' }),
      'sh, when, event: expected "push", "pull_request", "schedule", "manual" or',
    ],
    ['sh', withOption('when', { env: { A: [], B: 1 } }), 'sh, when, env, B: expected a non-empty string, got 1.'],
    ['sh', withOption('cache', 'forever'), 'sh, cache: expected a cache policy, got "forever". Use forever()'],
    [
      'sh',
      withOption('dependsOn', scratch()),
      'sh, dependsOn: expected a step with a command, got a step without a command.',
    ],
    [
      'sh',
      withOption('dependsOn', wait()),
      'sh, dependsOn: expected a step with a command, got a wait. Pass the result of sh().',
    ],
    [
      'sh',
      withOption('dependsOn', ['a']),
      'sh, dependsOn: expected a step with a command, got "a". Pass the result of sh(), wait()',
    ],
    ['sh', withOption('resources', { cpu: 0 }), 'sh, resources, cpu: expected a whole number of 1 or more, got 0.'],
    [
      'sh',
      withOption('secrets', ['1A']),
      'sh, secrets: expected a name of letters, digits and "_" that does not begin with a digit, got "1A"',
    ],
    ['sh', withOption('secrets', { A: 'b c' }), 'that does not begin with a digit, got "b c". Name a secret.'],
    [
      'sh',
      withOption('concurrency', { group: 'a', limit: 0 }),
      'sh, concurrency, limit: expected a whole number of 1 or',
    ],
    [
      'sh',
      withOption('concurrency', { group: 'a', scope: 'all' }),
      'scope: expected "pipeline" or "organization", got "all".',
    ],
    [
      'sh',
      withOption('artifacts', '../x'),
      'sh, artifacts: expected a path inside the workspace, got "../x". It is a path with ".."',
    ],
    [
      'sh',
      withOption('artifacts', { path: 'a', kind: 'html' }),
      'sh, artifacts, kind: expected "file", "junit" or "coverage"',
    ],
    ['sh', withOption('append', { max: 0 }), 'sh, append, max: expected a whole number from 1 to 1,000, got 0.'],
    ['sh', withOption('idTokens', { A: 1 }), 'sh, idTokens, A: expected a non-empty string, got 1. Name whom'],
    ['sh', withOption('egress', ['a.b/c']), 'sh, egress: expected a host such as "registry.npmjs.org", "*.example'],
    ['sh', withOption('tests', '../x'), 'sh, tests: expected a path inside the workspace, got "../x".'],
    ['sh', withOption('tests', {}), 'sh, tests, report: expected a non-empty string, got nothing.'],
    [
      'sh',
      withOption('tests', { report: 'a', quarantine: 1 }),
      'sh, tests, quarantine: expected true or false, got 1.',
    ],
    [
      'sh',
      withOption('tests', { report: 'a', forks: 101 }),
      'sh, tests, forks: expected a whole number from 0 to 100, got 101.',
    ],
    [
      'sh',
      withOption('tests', { report: 'a', budget: '2h' }),
      'sh, tests, budget: expected at most 3,600 seconds, got 7,200. Shorten the duration.',
    ],
    ['sh', withOption('tests', { report: 'a', rerun: ' ' }), 'sh, tests, rerun: expected a non-empty string'],
    [
      'sh',
      withOption('artifacts', { path: 'a', expires: '2 weeks' }),
      'sh, artifacts, expires: expected whole positive seconds or a string such as "90s", "1h30m" or "1d", got "2 weeks"',
    ],
    [
      'sh',
      withOption('artifacts', { path: 'a', expires: '366d' }),
      'expires: expected at most 31,536,000 seconds, got',
    ],
    ['sh', withOption('artifacts', { path: 'a', required: 1 }), 'artifacts, required: expected true or false, got 1.'],
    ['sh', withOption('artifacts', new Array(101).fill('a')), 'sh, artifacts: expected at most 100 entries, got 101.'],
    ['sh', withOption('inputs', 'a'), 'sh, inputs: expected an object, got "a".'],
    [
      'filesFrom',
      [wait(), 'a'],
      'filesFrom, from: expected a step with a command, got a wait. Pass the result of sh().',
    ],
    ['filesFrom', [sh('x'), '/a'], 'It is an absolute path: write it relative to the workspace.'],
    [
      'service',
      ['DB', { image: 'x' }],
      'service, name: expected a host name such as "db": lower-case letters, digits, "-" and "_", at most 63 characters, got "DB". Rename the service.',
    ],
    [
      'service',
      ['db', { image: 'x', needs: ['a b'] }],
      'service, needs: expected a host name such as "db": lower-case letters, digits, "-" and "_", at most 63 characters, got "a b". Rename the service.',
    ],
    [
      'service',
      ['db', { image: 'x', stop: { signal: 'INT' } }],
      'service, stop, signal: expected the name of a signal such as "SIGKILL", got "INT". Write it in full.',
    ],
    ['sh', withOption('services', { name: 'a' }), 'sh, services, image: expected a non-empty string, got nothing.'],
    [
      'sh',
      withOption('services', { name: 'a', image: 'b', ready: { port: 65_536 } }),
      'sh, services, ready, port: expected a whole number from 1 to 65,535, got 65536.',
    ],
    [
      'sh',
      withOption('runner', 'podman'),
      'sh, runner: expected "default", "vm" or "docker", got "podman". Use one of these.',
    ],
    [
      'sh',
      withOption('runnerArgs', { a: 'x'.repeat(16_384) }),
      'sh, runnerArgs: expected at most 16,384 bytes of JSON,',
    ],
    ['scratch', [{ imag: 'x' }], 'scratch: expected one of the options image, got "imag".'],
    ['wait', [true], 'wait: expected an object, got true.'],
    ['ttl', ['1w'], 'ttl: expected whole positive seconds'],
    ['onChange', [], 'onChange: expected at least one path, got nothing. Name the files that the step reads.'],
    [
      'onChange',
      ['/a'],
      'onChange: expected a path inside the project, got "/a". It is an absolute path: write it relative to',
    ],
    ['compose', [{}], 'compose: expected a cache policy, got an object.'],
    ['forever', [{ envKeys: 'CI' }], 'forever, envKeys: expected a list, got "CI".'],
    [
      'pipeline',
      [],
      'pipeline: expected a step, a wait or a list of them, got nothing. Pass the result of sh(), wait() or a',
    ],
    ['pipeline', [[]], 'pipeline: expected at least one step with a command, got nothing. Add a step made by sh().'],
    ['pipeline', [[wait(), scratch()]], 'pipeline: expected at least one step with a command'],
    ['pipeline', [[Promise.resolve()]], 'pipeline: expected a step, a wait or a list of them, got a promise.'],
    ['pipeline', [['make']], 'pipeline: expected a step, a wait or a list of them, got "make".'],
    ['pipeline', [[sh('x')], { timeut: 1 }], 'got "timeut"'],
    ['pipeline', [[sh('x')], { secrets: [1] }], 'pipeline, secrets: expected a name of letters'],
    [
      'pipeline',
      [[sh('make a', { key: 'k' }), sh('x', { key: 'k', label: 'Second' })]],
      'pipeline: expected one step with the key "k", got "make a" and "Second". Rename one of the two.',
    ],
    [
      'pipeline',
      [sh('x'), { defaultImage: 'a', default_image: 'b' }],
      'pipeline: expected one of defaultImage and default_image, got both. Remove default_image.',
    ],
    [
      'pipeline',
      [sh('x'), { concurrency: { group: 'a' }, cancelSuperseded: true }],
      'pipeline: expected one of concurrency and cancelSuperseded, got both. Remove one of them.',
    ],
    [
      'pipeline',
      [sh('x'), { concurrency: { group: 'a-${brnach}' } }],
      'expected "${branch}", "${tag}", "${pull_request}" or "${event}", got "${brnach}". Use one of these.',
    ],
    ['push', [{}], 'push: expected exactly one of branch and tag, got neither. Write push({ branch: "main" }) or'],
    ['push', [{ branch: 'a', tag: 'b' }], 'push: expected exactly one of branch and tag, got both.'],
    ['push', [{ branch: [] }], 'push, branch: expected at least one glob, got nothing. Name one, or omit the option.'],
    ['push', [{ branch: 'a', paths: '!/b' }], 'push, paths: expected a path inside the project, got "/b".'],
    ['pullRequest', [{ types: [] }], 'pullRequest, types: expected at least one type, got nothing.'],
    [
      'pullRequest',
      [{ types: ['merged'] }],
      'pullRequest, types: expected "opened", "synchronize", "reopened", "closed" or',
    ],
    ['aptBase', [], 'aptBase: expected an object, got nothing.'],
    [
      'aptBase',
      [{ packages: [] }],
      'aptBase, packages: expected at least one package, got nothing. Name the packages.',
    ],
    ['matrix', [{}], 'matrix: expected at least one axis, got nothing. Name an axis and its values.'],
    [
      'matrix',
      [{ a: [] }],
      'matrix, a: expected at least one value, got nothing. Give the axis a value, or remove it.',
    ],
    ['matrix', [{ a: [{}] }], 'matrix, a: expected a string, a number or a boolean, got an object.'],
    [
      'matrix',
      [{ name: ['a'] }],
      'matrix: expected another axis than "name", which cells use, got "name". Rename the axis.',
    ],
    [
      'matrix',
      [{ a: Array.from({ length: 1001 }, String) }],
      'matrix: expected at most 1,000 cells, got 1,001. Give the',
    ],
    ['matrix', [{ a: [1] }, 'x'], 'matrix: expected a function of a cell, got "x". Pass one, or omit it.'],
    ['matrix', [{ a: [1] }, () => 'x'], 'matrix: expected a step, a wait or a list of them, got "x".'],
    [
      'matrix',
      [{ a: [1] }, undefined, { include: [{ b: 1 }] }],
      'matrix, include: expected one of the axes a, got "b".',
    ],
    ['target', ['x', sh('y')], 'target: expected a function, got a step. Pass the function that makes the steps.'],
    ['group', [['x']], 'group: expected a step, a wait or a list of them, got "x".'],
  ]
  it.each(rows)('%s(%j)', (name, values, message) => {
    expect(() => call(name, ...values)).toThrow(TypeError)
    expect(() => call(name, ...values)).toThrow(message)
  })

  it('points to the line of the call', () => {
    const wrongCall = () => call('sh', 'x', { timeout: 'soon' })
    let stack = ''
    try {
      wrongCall()
    } catch (error) {
      stack = error instanceof Error ? `${error}\n${error.stack}` : ''
    }
    expect(stack).toMatch(/^Error: sh, timeout: expected/)
    expect(stack).toMatch(/at wrongCall \(.*wrong-use\.test\.ts(\?[^:]*)?:\d+/)
  })

  it('after() of a service accepts only a step with this service', () => {
    const db = sdk.service('db', { image: 'x' })
    expect(() => db.after(sh('y'))).toThrow(
      'after: expected a step with the service "db", got a step without it. Give that step the service, or start db from its image.',
    )
    expect(() => db.after(scratch())).toThrow('after: expected a step with a command, got a step without a command.')
    expect(db.after(sh('y', { services: [db] }).fork()).name).toBe('db')
  })
})
