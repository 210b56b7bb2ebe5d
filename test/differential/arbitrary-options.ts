/** Generates random texts, files and options of steps and pipelines, most of them valid. */
import fc from 'fast-check'
import type { VectorFile } from '../../packages/ir/vectors/context.ts'
import type { CacheData } from './program.ts'

const odd = fc.constantFrom(
  'é',
  'ﬀ',
  '😀',
  '\u212a',
  'İ',
  "it's",
  'a b',
  '$A',
  '"',
  '\\',
  '`',
  '\n',
  '\t',
  ';',
  '~/x',
  '-x',
  '%',
  '\u00a0',
)
export const word = fc.stringMatching(/^[a-z0-9_.-]{1,6}$/)
export const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: odd }), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((joined) => joined.trim() !== '')
export const label = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('test', 'Test', 'build', ':go: test', ':+1: lint', '🚀', 'a  b', '--x--', 'c: d: e'),
  },
  {
    weight: 1,
    arbitrary: text.map((value) => value.replaceAll(/\p{Cc}/gu, ' ').trim()).filter((value) => value !== ''),
  },
)
export const command = fc.oneof(
  text,
  fc.constantFrom('make', 'make test', 'echo a\necho b', `echo '😀' && ${'x'.repeat(60)}`),
)
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_]{1,3}$/),
  fc.constantFrom('PATH', 'TERM', '__proto__', 'constructor'),
)
const value = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.constantFrom('', 0, 1e21, 1e-7),
)
const env = fc.dictionary(name, value, { maxKeys: 3 })
export const duration = fc.oneof(
  fc.integer({ min: 1, max: 86_400 }),
  fc.constantFrom('90s', '1h30m', '1d', '2h5s', '1m'),
)

const directory = fc.constantFrom('', 'a/', 'a/b/', 'a-b/', '.h/', 'é/', 'ﬀ/', '😀/')
const fileName = fc.constantFrom('x.ts', 'y.js', '.dot', 'é.t', 'ﬀ.t', '😀.t', 'a b', 'X.ts', '[x]', '1')
const path = fc.tuple(directory, fileName).map((parts) => parts.join(''))
/** The files of a project, which the globs of programs match. */
export const files = fc
  .dictionary(path, fc.oneof(fc.string({ maxLength: 3 }), fc.constant({ link: 'x.ts' })), { maxKeys: 7 })
  .map((all): Record<string, VectorFile> => all)
const glob = fc.constantFrom(
  '*',
  '**/*',
  '**',
  'a/**',
  '**/*.ts',
  '?',
  '[a-zX]*',
  '[!a]*',
  'a',
  'a/',
  './a//b',
  '.',
  'none',
  '*/x.ts',
  'a*/**/?*',
  '**/[!.]*',
)
const paths = fc.array(fc.oneof(path, glob), { minLength: 1, maxLength: 3 })

export const { cache } = fc.letrec<{ cache: CacheData }>((tie) => ({
  cache: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.record({ policy: fc.constant('onChange' as const), paths }),
    fc.record({ policy: fc.constant('forever' as const), envKeys: fc.array(name, { maxLength: 3 }) }),
    fc.record({ policy: fc.constant('ttl' as const), duration, envKeys: fc.array(name, { maxLength: 2 }) }),
    fc.constant({ policy: 'none' as const }),
    fc.record({
      policy: fc.constant('compose' as const),
      parts: fc.array(tie('cache'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

const words = fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 2 }))
const plainCondition = fc
  .record(
    {
      local: fc.boolean(),
      env: fc.dictionary(name, words, { minKeys: 1, maxKeys: 2 }),
      baseBranch: words,
      branch: words,
      event: fc.constantFrom('push', ['manual', 'api']),
      changed: fc.constantFrom('src/**', ['a', '**/*.md']),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0)
const condition = fc.oneof(
  plainCondition,
  fc.record(
    { not: plainCondition, any: fc.array(plainCondition, { minLength: 1, maxLength: 2 }), branch: words },
    { requiredKeys: ['branch'] },
  ),
)
const retry = fc.oneof(
  fc.integer({ min: 1, max: 10 }),
  fc.record(
    {
      reasons: fc.constant(['out_of_memory']),
      signals: fc.constant(['SIGKILL', 'SIGSEGV']),
      exitCodes: fc.constantFrom('*', [1], [75, 77]),
      delay: duration.filter((one) => (typeof one === 'string' ? one.endsWith('s') && one !== '2h5s' : one <= 3600)),
      limit: fc.integer({ min: 1, max: 10 }),
    },
    { requiredKeys: ['limit'] },
  ),
)
const resources = fc.record(
  { diskGb: fc.integer({ min: 1, max: 99 }), cpu: fc.integer({ min: 1, max: 9 }) },
  { requiredKeys: ['cpu'] },
)
const secretName = fc.constantFrom('A', 'B_1', '_c')
const secrets = fc.oneof(
  fc.uniqueArray(secretName, { maxLength: 2 }),
  fc.dictionary(secretName, secretName, { maxKeys: 2 }),
)
/** Host names, and sometimes other texts. */
const serviceName = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('db', 'cache', 'queue-1', 'a_b') },
  { weight: 1, arbitrary: word },
)
const host = fc.constantFrom('a.example', '*.Example.com', 'github.com:22', 'a.example:443')
const audience = fc.oneof(word, fc.constantFrom('https://é.example/x', 'sts.amazonaws.com'))
const rights = {
  append: fc.record(
    {
      egress: fc.array(host, { maxLength: 2 }),
      idTokens: fc.array(audience, { maxLength: 2 }),
      secrets: fc.array(secretName, { maxLength: 2 }),
      max: fc.integer({ min: 1, max: 1000 }),
    },
    { requiredKeys: [] },
  ),
  idTokens: fc.dictionary(fc.constantFrom('T', 'U_2'), audience, { maxKeys: 2 }),
  egress: fc.oneof(fc.array(host, { maxLength: 2 }), fc.constant('observe')),
}
export const relative = fc.constantFrom('dist/**', 'a', 'web', '*.xml')

const stepOptions = fc.record(
  {
    ...rights,
    services: fc.uniqueArray(
      fc.record(
        { ready: fc.record({ timeout: duration, port: fc.constant(5432) }), image: word, name: serviceName },
        { requiredKeys: ['name', 'image'] },
      ),
      { maxLength: 2, selector: ({ name }) => name },
    ),
    artifacts: fc.array(
      fc.oneof(
        relative,
        fc.record(
          { when: fc.constantFrom('always', 'failed'), kind: fc.constant('junit'), path: relative },
          { requiredKeys: ['path'] },
        ),
      ),
      { maxLength: 2 },
    ),
    secrets,
    resources,
    concurrency: fc.record(
      { scope: fc.constantFrom('pipeline', 'organization'), limit: fc.integer({ min: 1, max: 5 }), group: word },
      { requiredKeys: ['group'] },
    ),
    when: condition,
    continueOnFailure: fc.boolean(),
    softFail: fc.oneof(fc.boolean(), fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 2 })),
    retry,
    timeout: duration,
    cwd: text,
    key: fc.oneof(word, fc.constantFrom('test', 'build')),
    runner: fc.constantFrom('docker', 'vm', 'default'),
    runnerArgs: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.oneof(fc.boolean(), fc.integer(), word), {
      maxKeys: 2,
    }),
    image: fc.constantFrom('node:24', 'debian:12'),
    env,
    label,
  },
  { requiredKeys: [] },
)
/** Few options each, so that programs are about many things and each is rarely refused. */
export const fewOptions = fc
  .tuple(stepOptions, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), label, fc.boolean())
  .map(([all, dice, name, named]) => {
    const some = Object.entries(all).filter(([option], i) => (dice[i] ?? 0) % (option === 'key' ? 25 : 5) === 0)
    return { ...Object.fromEntries(some), ...(named && { label: name }) }
  })

export const pipelineOptions = fc.record(
  {
    secrets: fc.dictionary(secretName, secretName, { maxKeys: 2 }),
    retry,
    resources,
    concurrency: fc.record(
      {
        whenFull: fc.constantFrom('queue', 'cancel_waiting'),
        limit: fc.integer({ min: 1, max: 3 }),
        group: fc.constantFrom('g', `${'$'}{branch}`),
      },
      { requiredKeys: ['group'] },
    ),
    defaultImage: fc.constant('debian:12'),
    timeout: duration,
    env,
  },
  { requiredKeys: [] },
)
