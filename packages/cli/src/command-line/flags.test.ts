import { expect, test } from 'vitest'
import { HmError } from '../errors.ts'
import { specs } from '../specs/index.ts'
import { parseFlags } from './flags.ts'

const parse = (...line: string[]) => parseFlags('run', specs.run, line)

test('absent flags are false, undefined or empty', () => {
  expect(parse().flags).toMatchObject({ keepGoing: false, branch: undefined, env: [], noCache: [] })
  expect(parse().args).toEqual({ pipeline: undefined, steps: [] })
})

test('short flags join, take values and mix with arguments', () => {
  const { flags, args } = parse('-kb', 'main', 'ci', '-eA=1', '-e', 'B=2=3', '-s=test')
  expect(flags).toMatchObject({
    keepGoing: true,
    branch: 'main',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2=3' },
    ],
  })
  expect(args).toEqual({ pipeline: 'ci', steps: [] })
})

test('an optional value needs its =', () => {
  const { flags, args } = parse('--no-cache', 'ci', '--no-cache=build')
  expect(flags.noCache).toEqual([true, 'build'])
  expect(args).toEqual({ pipeline: 'ci', steps: [] })
})

test('an alias means the same flag', () => {
  expect(parse('--no-watch').flags).toMatchObject({ detach: true })
  expect(parse('-j4').flags).toEqual(parse('--parallelism', '4').flags)
  expect(parse('--jobs=4').flags).toMatchObject({ parallelism: 4 })
  expect(parseFlags('logs', specs.logs, ['-n', '50', '-s', 'test']).flags).toMatchObject({ tail: 50, step: 'test' })
  expect(parse('-C', 'there').global).toMatchObject({ dir: 'there' })
  expect(() => parse('--C', 'there')).toThrow('hm run has no flag --C')
})

test('arguments after the pipeline are steps, and -p names the pipeline too', () => {
  expect(parse('ci', 'lint', 'test').args).toEqual({ pipeline: 'ci', steps: ['lint', 'test'] })
  expect(parse('-p', 'ci', 'test')).toMatchObject({ args: { pipeline: 'test' }, flags: { pipeline: 'ci' } })
})

test('a command for a sandbox keeps its own flags', () => {
  const exec = (...line: string[]) => parseFlags('exec', specs.exec, line)
  expect(exec('--before', 'test', 'ls', '-la', '--', '--json')).toMatchObject({
    args: { step: 'test', command: ['ls', '-la', '--', '--json'] },
    flags: { before: true },
    global: { json: false },
  })
  expect(exec('test', '--', 'ls', '-la').args).toEqual({ step: 'test', command: ['ls', '-la'] })
  expect(() => exec('test')).toThrow('hm exec needs COMMAND')
})

test('everything after -- is an argument', () => {
  expect(parse('--', '--cloud')).toMatchObject({ args: { pipeline: '--cloud' }, flags: { cloud: false } })
})

test('an incomplete line shows help', () => {
  expect(parseFlags('render', specs.render, ['-h']).global).toMatchObject({ help: true })
})

test.each([
  [['--parralelism', '2'], 'hm run has no flag --parralelism', 'did you mean --parallelism?'],
  [['-Z'], 'hm run has no flag -Z', 'hm run -h'],
  [['--cloud=yes'], '--cloud takes no value', undefined],
  [['--branch'], '--branch needs a NAME', undefined],
  [['-b', '--cloud'], '-b needs a NAME; got the flag "--cloud"', 'write -b=--cloud if you mean that value'],
  [['--branch='], '--branch needs a NAME; got an empty one', undefined],
  [['--format', 'xml'], '--format must be one of human, json; got "xml"', undefined],
  [['--timeout', '5'], '--timeout must be a duration such as 90s, 5m or 1h30m; got "5"', undefined],
] as const)('%j is a usage error', (line, message, fix) => {
  let thrown: unknown
  try {
    parse(...line)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(HmError)
  expect(thrown).toMatchObject({ exit: 2, message: expect.stringContaining(message) })
  if (fix !== undefined) expect(thrown).toMatchObject({ fix: expect.stringContaining(fix) })
})
