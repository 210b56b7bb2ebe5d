import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HmError } from '../errors.ts'
import { type CommandName, specs } from '../specs/index.ts'
import { parseFlags } from './flags.ts'
import { resolveCommand } from './resolve.ts'

const token = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    'config',
    'set',
    'list',
    'help',
    'cloud',
    'run',
    '--',
    '-',
    '--dir',
    '-d',
    '--dir=',
    '-qv',
    '-dx',
    '--org',
    '--json',
  ),
  fc.constantFrom(
    '-e',
    'A=b',
    '--no-cache',
    '--no-cache=',
    '--timeout=1m',
    '--__proto__',
    '--constructor=x',
    '--no-',
    '-kb',
    '-=',
    '--=',
  ),
)
const names = Object.keys(specs) as CommandName[]

test('any line parses to a command or a usage error', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (line) => {
      try {
        const { words, rest } = resolveCommand(line)
        expect(words.length + rest.length).toBe(line.length)
      } catch (error) {
        expect(error).toBeInstanceOf(HmError)
        expect(error).toMatchObject({ exit: 2 })
      }
    }),
    { numRuns: scaled(300) },
  )
})

test('any flags of any command parse to values of their kinds or a usage error', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(token, { maxLength: 6 }), (name, line) => {
      try {
        const spec = specs[name]
        const { flags, args } = parseFlags(name, spec, line)
        expect(Object.keys(flags)).toEqual(Object.keys('flags' in spec ? spec.flags : {}))
        for (const value of Object.values(args)) expect(['string', 'undefined', 'object']).toContain(typeof value)
      } catch (error) {
        expect(error).toBeInstanceOf(HmError)
        expect(error).toMatchObject({ exit: 2 })
      }
    }),
    { numRuns: scaled(600) },
  )
})
