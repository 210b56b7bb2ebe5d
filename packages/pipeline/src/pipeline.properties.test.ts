import { checkDocument, parsePlan, withCacheKeys } from '@harmont/ir'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compose, forever, none, onChange, ttl } from './cache.ts'
import { scratch, sh, wait } from './commands.ts'
import type { Duration } from './duration.ts'
import { filesFrom } from './options/inputs.ts'
import { pipeline } from './pipeline.ts'
import type { Leaves, Step, StepOptions } from './step.ts'

/**
 * A pipeline program as data. `from` and `dependsOn` point at earlier commands, modulo their
 * number.
 */
interface Command {
  readonly kind: 'command'
  readonly base: 'nothing' | 'scratch' | 'step' | 'fork'
  readonly from: number
  readonly dependsOn: readonly number[]
  readonly options: StepOptions
}
type Entry = Command | { readonly kind: 'wait'; readonly continueOnFailure: boolean }

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((word) => word.trim() !== '' && !/\p{Cc}/u.test(word))
const cache = fc.constantFrom(
  none(),
  forever({ envKeys: ['B', 'A'] }),
  ttl('1h'),
  onChange('a', 'src/**'),
  compose(ttl(60), none(), onChange('x')),
)
const options: fc.Arbitrary<StepOptions> = fc.record(
  {
    label: text,
    image: fc.constantFrom('node:24', 'debian'),
    cwd: text,
    cache,
    env: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,5}$/), fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
    timeout: fc.constantFrom<Duration[]>(5, '90s', '1h30m'),
    retry: fc.constantFrom(1, {
      limit: 10,
      delay: '1h' as const,
      exitCodes: '*' as const,
      signals: ['SIGKILL'],
      reasons: ['out_of_memory' as const],
    }),
    softFail: fc.constantFrom(true, false, [75]),
    continueOnFailure: fc.boolean(),
    when: fc.constantFrom(
      { branch: 'main' },
      { any: [{ baseBranch: ['a*'] }, { not: { local: true } }], changed: 'src/**', env: { X: '*' } },
    ),
    resources: fc.constantFrom({ cpu: 1 }, { memoryGb: 8, diskGb: 100 }),
    runner: fc.constantFrom('default', 'vm', 'docker'),
    runnerArgs: fc.constantFrom({}, { a: [1, { b: null }] }),
    concurrency: fc.constantFrom({ group: 'a' }, { group: 'b', limit: 3, scope: 'organization' as const }),
    artifacts: fc.constantFrom('dist/**', [{ path: 'a', when: 'always' as const, kind: 'junit' as const }, 'b']),
    services: fc.constantFrom([], { name: 'db', image: 'postgres', env: { A: 1 }, ready: { port: 1, timeout: 5 } }),
    secrets: fc.constantFrom(['TOKEN'], { NPM_TOKEN: 'npm_read' }),
  },
  { requiredKeys: [] },
)
const command: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('command' as const),
  base: fc.constantFrom('nothing', 'scratch', 'step', 'fork'),
  from: fc.nat(),
  dependsOn: fc.array(fc.nat(), { maxLength: 2 }),
  options,
})
const pause = fc.record({ kind: fc.constant('wait' as const), continueOnFailure: fc.boolean() })
const program = fc.tuple(
  command,
  fc.array(fc.oneof({ weight: 3, arbitrary: command }, { weight: 1, arbitrary: pause }), { maxLength: 12 }),
)

function build(
  entries: readonly Entry[],
  options: (entry: Command, index: number) => StepOptions,
  withInputs = false,
): Leaves {
  const commands: Step[] = []
  return entries.map((entry) => {
    if (entry.kind === 'wait') return wait({ continueOnFailure: entry.continueOnFailure })
    const earlier = (index: number) => commands[index % commands.length]
    const dependsOn = entry.dependsOn.map(earlier).filter((step) => step !== undefined)
    const inputs = dependsOn.slice(1).map((from) => filesFrom(from, 'a'))
    const own = { ...options(entry, commands.length), dependsOn, ...(withInputs && { inputs }) }
    const from = earlier(entry.from)
    const parent =
      entry.base === 'fork'
        ? from?.fork()
        : entry.base === 'step'
          ? from
          : entry.base === 'scratch'
            ? scratch()
            : undefined
    const step = parent === undefined ? sh('make', own) : parent.sh('make', own)
    commands.push(step)
    return step
  })
}

it('every document of the SDK is valid, with and without cache keys', () => {
  fc.assert(
    fc.property(program, ([first, rest]) => {
      const ir = pipeline(
        build([first, ...rest], (entry) => entry.options, true),
        { timeout: '1h', defaultImage: 'base' },
      )
      const keyed = withCacheKeys(ir, { org: 'default', slug: 'ci', now: 0, env: { A: '1' }, digests: () => [] })
      for (const document of [ir, keyed]) {
        const result = checkDocument(JSON.stringify(document))
        if (!result.ok) throw new Error(result.error.message)
        expect(result.warnings.filter((warning) => !warning.includes('/image is ignored'))).toEqual([])
      }
    }),
    { numRuns: scaled(60) },
  )
})

it('the SDK and the flat form lower the same program to the same plan', () => {
  fc.assert(
    fc.property(program, ([first, rest]) => {
      const entries = [first, ...rest]
      const bare = pipeline(build(entries, (_, index) => ({ key: `k${index}` })))
      let count = 0
      const steps = entries.map((entry) => {
        if (entry.kind === 'wait') return { type: 'wait', continue_on_failure: entry.continueOnFailure }
        const index = count++
        const key = (earlier: number) => `k${earlier % index}`
        const parent = index > 0 && (entry.base === 'step' || entry.base === 'fork') ? key(entry.from) : null
        const edges = { builds_in: parent, depends_on: index > 0 ? entry.dependsOn.map(key) : [] }
        return { type: 'command', key: `k${index}`, cmd: 'make', ...edges }
      })
      const env = { DEBIAN_FRONTEND: 'noninteractive', TERM: 'dumb' }
      const flat = parsePlan(JSON.stringify({ version: '0', env, steps }))
      expect(parsePlan(JSON.stringify(bare))).toEqual(flat)
      expect(flat.ok).toBe(true)
    }),
    { numRuns: scaled(60) },
  )
})
