/** Random programs: mostly right ones, with odd texts, shared steps, and files that their globs reach. */
import fc from 'fast-check'
import type { VectorFile } from '../../packages/ir/vectors/context.ts'
import type { CacheData, LeafData, Program, StepData } from './program.ts'

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
const word = fc.stringMatching(/^[a-z0-9_.-]{1,6}$/)
const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: odd }), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((joined) => joined.trim() !== '')
const label = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('test', 'Test', 'build', ':go: test', ':+1: lint', '🚀', 'a  b', '--x--', 'c: d: e'),
  },
  {
    weight: 1,
    arbitrary: text.map((value) => value.replaceAll(/\p{Cc}/gu, ' ').trim()).filter((value) => value !== ''),
  },
)
const command = fc.oneof(text, fc.constantFrom('make', 'make test', 'echo a\necho b', `echo '😀' && ${'x'.repeat(60)}`))
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
const duration = fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.constantFrom('90s', '1h30m', '1d', '2h5s', '1m'))

const directory = fc.constantFrom('', 'a/', 'a/b/', 'a-b/', '.h/', 'é/', 'ﬀ/', '😀/')
const fileName = fc.constantFrom('x.ts', 'y.js', '.dot', 'é.t', 'ﬀ.t', '😀.t', 'a b', 'X.ts', '[x]', '1')
const path = fc.tuple(directory, fileName).map((parts) => parts.join(''))
/** The files of a project, which the globs of programs reach. */
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

const { cache } = fc.letrec<{ cache: CacheData }>((tie) => ({
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
const relative = fc.constantFrom('dist/**', 'a', 'web', '*.xml')

const stepOptions = fc.record(
  {
    services: fc.array(
      fc.record(
        { ready: fc.record({ timeout: duration, port: fc.constant(5432) }), image: word, name: word },
        { requiredKeys: ['name', 'image'] },
      ),
      { maxLength: 2 },
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
const fewOptions = fc
  .tuple(stepOptions, fc.array(fc.nat(), { minLength: 17, maxLength: 17 }), label, fc.boolean())
  .map(([all, dice, name, named]) => {
    const some = Object.entries(all).filter(([option], i) => (dice[i] ?? 0) % (option === 'key' ? 25 : 5) === 0)
    return { ...Object.fromEntries(some), ...(named && { label: name }) }
  })

const index = fc.nat()
const rawStep = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('scratch' as const),
      options: fc.record({ image: fc.constant('alpine') }, { requiredKeys: [] }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('fork' as const),
      parent: index,
      options: fc.record({ label }, { requiredKeys: [] }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('timeout' as const), of: index, duration }) },
  {
    weight: 8,
    arbitrary: fc.record(
      {
        op: fc.constant('sh' as const),
        parent: fc.oneof(fc.constant(null), index),
        command,
        options: fewOptions,
        cache,
        dependsOn: fc.array(index, { maxLength: 2 }),
        inputs: fc.array(
          fc.record({ from: index, path: relative, into: relative }, { requiredKeys: ['from', 'path'] }),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: ['op', 'parent', 'command', 'options'] },
    ),
  },
)
type RawStep = typeof rawStep extends fc.Arbitrary<infer T> ? T : never

/** Points the numbers of raw steps at earlier steps; a step that would need one and has none becomes a root. */
function tie(raw: readonly RawStep[]): StepData[] {
  const steps: StepData[] = []
  const commands: number[] = []
  for (const step of raw) {
    const at = steps.length
    const command = (n: number) => commands[n % commands.length] ?? 0
    if (step.op === 'sh') {
      const { dependsOn, inputs, parent, ...rest } = step
      steps.push({
        ...rest,
        parent: parent === null || at === 0 ? null : parent % at,
        ...(dependsOn && commands.length > 0 && { dependsOn: dependsOn.map(command) }),
        ...(inputs &&
          commands.length > 0 && { inputs: inputs.map((input) => ({ ...input, from: command(input.from) })) }),
      })
    } else if (step.op === 'timeout') {
      if (commands.length === 0) continue
      steps.push({ ...step, of: command(step.of) })
    } else if (step.op === 'fork') {
      if (at === 0) continue
      steps.push({ ...step, parent: step.parent % at })
    } else steps.push(step)
    if (step.op === 'sh' || step.op === 'timeout') commands.push(at)
  }
  return steps
}

const axis = fc.uniqueArray(fc.oneof(word, fc.integer({ min: 0, max: 99 }), fc.boolean()), {
  minLength: 1,
  maxLength: 2,
  selector: String,
})
const tool = fc.oneof(
  fc.record({
    tool: fc.constant('go'),
    options: fc.record(
      { path: text, version: fc.constantFrom('1.22', '1.24.1'), deps: fc.boolean() },
      { requiredKeys: [] },
    ),
    action: fc.constantFrom('build', 'test', 'vet', 'fmt'),
  }),
  fc.record({
    tool: fc.constant('python'),
    options: fc.record({ path: text, uvVersion: fc.constant('0.9.2') }, { requiredKeys: [] }),
    action: fc.constantFrom('test', 'lint', 'typecheck'),
  }),
  fc.record({
    tool: fc.constant('zig'),
    options: fc.record({ path: text }),
    action: fc.constantFrom('build', 'test', 'fmt'),
  }),
  fc.record({
    tool: fc.constant('cmake'),
    options: fc.record(
      {
        path: text,
        compiler: fc.constantFrom('gcc', 'clang-18'),
        ccache: fc.boolean(),
        generator: fc.constantFrom('make', 'ninja'),
        target: text,
        defines: fc.dictionary(fc.stringMatching(/^[A-Z]{1,3}$/), fc.oneof(text, fc.boolean(), fc.integer()), {
          maxKeys: 2,
        }),
        deps: fc.constant('vcpkg'),
      },
      { requiredKeys: ['path'] },
    ),
    action: fc.constantFrom('build', 'test', 'lint', 'fmt', 'install', 'package'),
  }),
  fc.record({
    tool: fc.constant('elixir'),
    options: fc.record({ path: text, otpVersion: fc.constantFrom('27', '26.2') }, { requiredKeys: [] }),
    action: fc.constantFrom('compile', 'test', 'credo', 'dialyzer', 'release'),
  }),
  fc.record({
    tool: fc.constant('rust'),
    options: fc.record({ path: text, components: fc.constantFrom([], ['clippy']) }, { requiredKeys: [] }),
    action: fc.constantFrom('build', 'test', 'doctest', 'clippy', 'fmt', 'doc', 'featurePowerset'),
  }),
  fc.record({
    tool: fc.constant('js'),
    options: fc.record(
      {
        path: text,
        pm: fc.constantFrom('npm', 'pnpm', 'yarn-classic', 'yarn-berry', 'bun'),
        version: fc.constantFrom('22', '25'),
      },
      { requiredKeys: ['pm'] },
    ),
    action: fc.constant('install'),
  }),
)

const { leaf } = fc.letrec<{ leaf: LeafData }>((tie) => ({
  leaf: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    { weight: 8, arbitrary: fc.record({ leaf: fc.constant('step' as const), step: index }) },
    { weight: 3, arbitrary: fc.record({ leaf: fc.constant('wait' as const), continueOnFailure: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        leaf: fc.constantFrom('list' as const, 'group' as const),
        leaves: fc.array(tie('leaf'), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        leaf: fc.constant('matrix' as const),
        axes: fc.dictionary(fc.constantFrom('go', 'os', 'x_y'), axis, { minKeys: 1, maxKeys: 2 }),
        command,
        options: fewOptions.map(({ key: _, ...rest }: Record<string, unknown>) => rest),
        child: fc.oneof(fc.constant(null), command),
      }),
    },
    { weight: 1, arbitrary: tool.map((one) => ({ leaf: 'tool' as const, ...one, with: {} })) },
  ),
}))

function pointLeaf(one: LeafData, steps: number): LeafData {
  if (one.leaf === 'step') return { ...one, step: one.step % steps }
  if (one.leaf === 'list' || one.leaf === 'group')
    return { ...one, leaves: one.leaves.map((inner) => pointLeaf(inner, steps)) }
  return one
}

const pipelineOptions = fc.record(
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

/** Any program, without its files. */
export const program: fc.Arbitrary<Omit<Program, 'files'>> = fc
  .record({
    org: fc.constantFrom('default', 'acme'),
    now: fc.integer({ min: 0, max: 4_000_000_000 }),
    env: fc.dictionary(fc.stringMatching(/^[A-Za-z_]{1,3}$/), text, { maxKeys: 3 }),
    options: pipelineOptions,
    raw: fc.array(rawStep, { minLength: 1, maxLength: 10 }),
    first: fc.record({ op: fc.constant('sh' as const), parent: fc.constant(null), command, options: fewOptions }),
    leaves: fc.array(leaf, { minLength: 1, maxLength: 6 }),
  })
  .map(({ raw, first, leaves, ...rest }) => {
    const steps = tie([first, ...raw])
    return {
      ...rest,
      steps,
      leaves: [...leaves.map((one) => pointLeaf(one, steps.length)), { leaf: 'step', step: steps.length - 1 }],
    }
  })
