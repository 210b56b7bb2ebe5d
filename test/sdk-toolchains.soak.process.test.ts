/**
 * Both SDKs make the same steps of the same toolchain calls, and refuse the same ones with the same
 * sentences.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pipeline } from '@harmont/hm'
import * as typescript from '@harmont/hm/toolchains'
import { scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'

type Options = Readonly<Record<string, unknown>>
/**
 * An entry, its options, one of its actions, the action's arguments and options: in the spelling of
 * Python.
 */
type Call = readonly [entry: string, options: Options, action: string, values: readonly string[], own: Options]

/** Placeholder for a refused value. */
class Wrong {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}
const wrong = (...values: unknown[]) => values.map((value) => new Wrong(value))

const PATHS = ['.', '', 'a/b', 'my app', '$D/x', './x/', "it's", '-x']
const FLAG = [true, false, ...wrong('yes', 1)]
const TEXT = ['x', 'a b', '$HOME/x', '"done"', '-x', ...wrong('', 3)]
const TEXTS = [[], ['a'], ['a', 'b c'], ['-x', '$Y'], ...wrong('a', [1])]
const STEP = {
  ...{ label: ['l', ...wrong('')], timeout: ['5m', ...wrong('soon')], env: [{ A: 1 }, ...wrong({ A: [] })] },
  ...{ key: ['k'], image: ['i'], nobody: wrong(1), cwd: wrong('x') },
}
const CARGO = {
  ...{ packages: TEXTS, workspace: FLAG, exclude: TEXTS, all_targets: FLAG, all_features: FLAG, features: TEXTS },
  ...{ no_default_features: FLAG, target: TEXT, add_target: FLAG, profile: TEXT, release: FLAG, locked: FLAG },
  flags: TEXTS,
}
const RUST = {
  build: CARGO,
  test: { ...CARGO, nextest: FLAG },
  doctest: CARGO,
  clippy: { ...CARGO, deny_warnings: FLAG, extra_lints: TEXTS },
  fmt: { all: FLAG, check: FLAG, flags: TEXTS },
  doc: { ...CARGO, no_deps: FLAG, document_private_items: FLAG, deny_warnings: FLAG },
  feature_powerset: {
    ...{ subcommand: ['test', ...wrong('x y')], depth: [3, ...wrong(0)], each_feature: FLAG, no_dev_deps: FLAG },
    ...{ skip: TEXTS, include_features: TEXTS, keep_going: FLAG, flags: TEXTS },
  },
}
const RUST_ENTRY = { version: ['nightly', '1.90.0', ...wrong('Stable', 'a b')], components: TEXTS }
const PYTHON = { test: {}, lint: {}, fmt: {}, typecheck: { paths: ['src', '-x', ['a', 'b c'], ...wrong(3, [''])] } }
const UV = ['0.9.5', 'latest', ...wrong('1.2', 'x', 22)]
const PROJECT = {
  ...{ preset: TEXT, target: TEXT, deps: ['vcpkg', ...wrong('conan')] },
  defines: [{ A: 'b c', B: true, C: 2 }, {}, ...wrong({ A: [] }, 1)],
}

type Table = Readonly<Record<string, readonly unknown[]>>
const ENTRIES: Readonly<Record<string, readonly [options: Table, actions: Readonly<Record<string, Table>>]>> = {
  'rust.toolchain': [RUST_ENTRY, { ...RUST, warmup: {} }],
  'rust.project': [RUST_ENTRY, RUST],
  go: [
    { version: ['1.24', '1.25.1', ...wrong('1', 'x', 1.25)], deps: FLAG },
    { build: {}, test: {}, vet: {}, fmt: {} },
  ],
  python: [{ uv_version: UV }, PYTHON],
  'py.uv': [{ version: UV }, { ...PYTHON, run: {}, build: {}, lock_check: {}, publish: {} }],
  'js.project': [
    {
      pm: ['npm', 'pnpm', 'yarn-classic', 'yarn-berry', ...wrong('yarn')],
      version: ['22', '25.x', ...wrong('1.2', 22)],
    },
    { run: { args: TEXTS } },
  ],
  'ts.project': [{ runtime: ['bun', 'deno', ...wrong('x')], version: ['1.2', '2.0.1', ...wrong('1')] }, { run: {} }],
  zig: [{ version: ['0.13.0', '0.15.1', ...wrong('1')] }, { build: {}, test: {}, fmt: {} }],
  cmake: [
    {
      compiler: ['gcc', 'clang-18', ...wrong('msvc')],
      ccache: FLAG,
      generator: ['ninja', 'make', ...wrong('x')],
      ...PROJECT,
    },
    {
      ...{ build: {}, lint: {}, test: { parallel: FLAG }, install: { prefix: TEXT }, package: { generator: TEXT } },
      fmt: { fix: FLAG },
    },
  ],
  elixir: [
    { elixir_version: ['1.19.0', ...wrong('1.19')], otp_version: ['27', '27.1', '27.1.2', ...wrong('x')] },
    {
      ...{ compile: {}, test: { cover: FLAG, partitions: [2, ...wrong(0, 'x')] }, format: {}, credo: { strict: FLAG } },
      ...{ plt: {}, dialyzer: {}, sobelow: {}, deps_audit: {}, hex_audit: {}, release: { mix_env: TEXT }, mix: {} },
    },
  ],
}
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  run: ['x', 'a b', 'a\nb'],
  mix: ['x', 'a --b', 'a\nb'],
}

type Entry = readonly [name: string, value: unknown]
const entriesOf = (table: Table): Entry[] =>
  Object.entries(table).flatMap(([name, values]) => values.map((value): Entry => [name, value]))

/** Some valid options of a table. */
function some(table: Table): fc.Arbitrary<Options> {
  const right = entriesOf(table).filter(([, value]) => !(value instanceof Wrong))
  return fc.array(fc.constantFrom(...right), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
}

/** At most one wrong option, because the SDKs may name different ones first. */
function oneWrong(table: Table): fc.Arbitrary<Options> {
  const entries = entriesOf(table).flatMap(([name, value]) => (value instanceof Wrong ? [{ [name]: value.value }] : []))
  return fc.constantFrom({}, ...entries)
}

const call: fc.Arbitrary<Call> = fc.constantFrom(...Object.entries(ENTRIES)).chain(([entry, [options, actions]]) =>
  fc.constantFrom(...Object.entries(actions)).chain(([action, own]) => {
    const given = { ...options, path: [...PATHS, ...wrong(7)], image: ['i', ...wrong('')], nobody: wrong(1) }
    const ofStep = { ...own, ...STEP }
    const slips = fc.oneof(
      fc.constant([{}, {}] as const),
      oneWrong(given).map((options) => [options, {}] as const),
      oneWrong(ofStep).map((options) => [{}, options] as const),
    )
    // Without a path zig and cmake are toolchains without actions.
    const path = entry === 'zig' || entry === 'cmake' ? { path: '.' } : {}
    const values = POSITIONAL[action]?.map((value) => [value]) ?? [[]]
    return fc
      .tuple(some(given), some(ofStep), slips, fc.constantFrom(...values))
      .map(
        ([first, second, [slip, slipOfStep], words]): Call => [
          entry,
          { ...path, ...first, ...slip },
          action,
          words,
          { ...second, ...slipOfStep },
        ],
      )
  }),
)

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
/** A sentence of TypeScript in the spelling of Python. */
const snake = (text: string) =>
  text
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .replace('workspace to true', 'workspace to True')
const spelt = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]))

function get(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function apply(callee: unknown, self: unknown, values: readonly unknown[]): unknown {
  if (typeof callee === 'function') return Reflect.apply(callee, self, [...values])
  throw new Error('the SDK lacks it')
}

function resultOfTypeScript([entry, options, action, values, own]: Call): string {
  try {
    const [name = '', member] = entry.split('.')
    const found: unknown = Reflect.get(typescript, name)
    const project = apply(member === undefined ? found : get(found, member), found, [spelt(options)])
    const step = apply(get(project, camel(action)), project, [...values, spelt(own)])
    return JSON.stringify(apply(pipeline, undefined, [[step]]))
  } catch (error) {
    if (error instanceof TypeError) return snake(error.message)
    throw error
  }
}

const program = `
import json, sys, harmont as hm

def result(entry, options, action, values, own):
    try:
        made = hm
        for name in entry.split("."):
            made = getattr(made, name)
        step = getattr(made(**options), action)(*values, **own)
        return json.dumps(hm.pipeline([step]), ensure_ascii=False, separators=(",", ":"))
    except hm.WrongUse as error:
        return str(error)

print(json.dumps([result(*call) for call in json.load(sys.stdin)]))
`

it(`gives the same steps, or the same refusal, for every call (seed ${seed})`, () => {
  const empty = mkdtempSync(join(tmpdir(), 'harmont-sdks-'))
  vi.spyOn(process, 'cwd').mockReturnValue(empty)
  try {
    const calls = fc.sample(call, { numRuns: scaled(1000, 50_000), seed })
    const PYTHONPATH = join(import.meta.dirname, '../packages/pipeline-python/src')
    const env = { ...process.env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' }
    const options = { env, cwd: empty, input: JSON.stringify(calls), encoding: 'utf8', maxBuffer: 2 ** 28 } as const
    const python: readonly string[] = JSON.parse(execFileSync('python3', ['-c', program], options))
    const typescript = calls.map(resultOfTypeScript)
    for (const [index, one] of calls.entries()) expect(python[index], JSON.stringify(one)).toBe(typescript[index])
    const refused = typescript.filter((result) => !result.startsWith('{')).length
    // Enough of both kinds, or the calls prove little.
    expect(Math.min(refused, calls.length - refused)).toBeGreaterThan(calls.length / 4)
  } finally {
    vi.restoreAllMocks()
    rmSync(empty, { recursive: true })
  }
})
