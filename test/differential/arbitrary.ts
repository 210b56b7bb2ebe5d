/**
 * Generates random programs, most of them valid, with unusual texts, shared steps, and files that
 * their globs match.
 */
import fc from 'fast-check'
import {
  cache,
  command,
  duration,
  fewOptions,
  label,
  pipelineOptions,
  relative,
  text,
  word,
} from './arbitrary-options.ts'
import type { LeafData, Program, StepData } from './program.ts'

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
        afterAppended: fc.array(index, { maxLength: 2 }),
        inputs: fc.array(
          fc.record(
            { from: index, path: relative, into: relative, optional: fc.boolean() },
            { requiredKeys: ['from', 'path'] },
          ),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: ['op', 'parent', 'command', 'options'] },
    ),
  },
)
type RawStep = typeof rawStep extends fc.Arbitrary<infer T> ? T : never

/**
 * Points the numbers of raw steps at earlier steps. A step that needs an earlier step but has none
 * becomes a root.
 */
function tie(raw: readonly RawStep[]): StepData[] {
  const steps: StepData[] = []
  const commands: number[] = []
  const generators: number[] = []
  for (const step of raw) {
    const at = steps.length
    const command = (n: number) => commands[n % commands.length] ?? 0
    const generator = (n: number) => generators[n % generators.length] ?? 0
    if (step.op === 'sh') {
      const { dependsOn, afterAppended, inputs, parent, ...rest } = step
      steps.push({
        ...rest,
        parent: parent === null || at === 0 ? null : parent % at,
        ...(dependsOn && commands.length > 0 && { dependsOn: dependsOn.map(command) }),
        ...(afterAppended && generators.length > 0 && { afterAppended: afterAppended.map(generator) }),
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
    if (step.op === 'sh' && 'append' in step.options) generators.push(at)
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

/** Actions have their own directory, so they take no `cwd`. */
const actionOptions = fewOptions.map(({ cwd: _, ...rest }: Record<string, unknown>) => rest)

const cells = fc.record({
  leaf: fc.constant('matrix' as const),
  axes: fc.dictionary(fc.constantFrom('go', 'os', 'x_y'), axis, { minKeys: 1, maxKeys: 2 }),
  command,
  options: fewOptions.map(({ key: _, ...rest }: Record<string, unknown>) => rest),
  child: fc.oneof(fc.constant(null), command),
})
const tools = fc
  .tuple(tool, actionOptions)
  .map(([one, options]) => ({ leaf: 'tool' as const, ...one, with: one.action === 'install' ? {} : options }))

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
    { weight: 1, arbitrary: cells },
    {
      weight: 1,
      arbitrary: fc.record({
        leaf: fc.constant('split' as const),
        total: fc.integer({ min: 1, max: 3 }),
        files: relative,
        leaves: fc.array(fc.oneof(cells, tools), { minLength: 1, maxLength: 2 }),
      }),
    },
    { weight: 1, arbitrary: tools },
  ),
}))

function pointLeaf(one: LeafData, steps: number): LeafData {
  if (one.leaf === 'step') return { ...one, step: one.step % steps }
  if (one.leaf === 'list' || one.leaf === 'group')
    return { ...one, leaves: one.leaves.map((inner) => pointLeaf(inner, steps)) }
  return one
}

/** Generates a program without its files. */
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
