import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { forever } from '../cache.ts'
import { sh } from '../commands.ts'
import { pipeline } from '../pipeline.ts'
import type { StandsForLeaves, Step } from '../step.ts'
import { chainOf, lastOf } from './chain-of.test-support.ts'
import { cmake, elixir, go, js, py, python, rust, ts, zig } from './index.ts'
import type { EntryOptions } from './install-step.ts'

const ENTRIES = {
  'rust.toolchain': rust.toolchain,
  'rust.project': rust.project,
  go,
  python,
  'py.uv': py.uv,
  'js.project': js.project,
  'ts.project': ts.project,
  'zig, one': (options: EntryOptions = {}) => zig({ path: '.', ...options }),
  'zig, several': zig,
  'cmake, one': (options: EntryOptions = {}) => cmake({ path: '.', ...options }),
  elixir,
} as const satisfies Record<string, (options?: EntryOptions) => StandsForLeaves & { ci(): Step[] }>
const entries = Object.entries(ENTRIES)

const nodes = (leaf: StandsForLeaves | Step) => pipeline([leaf]).graph.nodes.map((node) => node.step)

describe.each(entries)('%s', (_, make) => {
  it('starts from the given image, otherwise from the default', () => {
    for (const step of make({ image: 'debian:13' }).ci()) expect(nodes(step)[0]?.image).toBe('debian:13')
    expect(nodes(make())[0]?.image).toBe('ubuntu:24.04')
  })

  it('starts from the given base, without installing packages or setting an image', () => {
    const base = sh('true', { key: 'base', image: 'mine' })
    const [first, second] = nodes(make({ base, image: 'other' }))
    expect(first).toMatchObject({ key: 'base', image: 'mine' })
    expect(second?.cmd).not.toContain('apt-get update')
    expect(second?.image).toBeUndefined()
  })

  it('setup returns a copy whose actions start after it, and changes nothing else', () => {
    const before = make()
    const after = before.setup('make gen', { label: 'gen', cwd: 'my app', cache: forever(), env: { A: 1 } })
    const gen = chainOf(after.ci()[0] ?? sh('none')).at(-2)
    expect(gen).toEqual({ label: 'gen', command: "cd 'my app' && make gen", cache: 'forever', env: { A: '1' } })
    expect(after.constructor).toBe(before.constructor)
    expect(nodes(before).map((step) => step.label)).not.toContain('gen')
    const twice = chainOf(after.setup('second').ci()[0] ?? sh('none')).map(({ command }) => command)
    expect(twice.slice(-3, -1)).toEqual(["cd 'my app' && make gen", 'second'])
  })

  it('refuses unknown options, a base that is not a step, and a path that is not a text', () => {
    const call = (options: unknown) => () => Reflect.apply(make, undefined, [options])
    expect(call({ verion: '1' })).toThrow(/: expected one of the options .*path, image, base.*, got "verion"/)
    expect(call({ base: 'ubuntu' })).toThrow(/, base: expected a step, got "ubuntu"/)
    expect(call({ path: 1 })).toThrow(/, path: expected a non-empty string, got 1/)
    expect(call({ image: '' })).toThrow(/, image: expected a non-empty string, got ""\. Name an image\./)
  })
})

describe('every action', () => {
  const actions: Record<string, (options: object) => Step> = {
    'go.build': (options) => go().build(options),
    'python.typecheck': (options) => python().typecheck(options),
    'py.uv.run': (options) => py.uv().run('mkdocs', options),
    'py.uv.lockCheck': (options) => py.uv().lockCheck(options),
    'js.run': (options) => js.project().run('test', options),
    'rust.build': (options) => rust.toolchain().build(options),
    'rust.test': (options) => rust.project().test(options),
    'rust.fmt': (options) => rust.project().fmt(options),
    'rust.warmup': (options) => rust.toolchain().warmup(options),
    'rust.featurePowerset': (options) => rust.toolchain().featurePowerset(options),
    'zig.test': (options) => zig().project('.').test(options),
    'cmake.build': (options) => cmake({ path: '.' }).build(options),
    'cmake.fmt': (options) => cmake({ path: '.' }).fmt(options),
    'cmake.package': (options) => cmake({ path: '.' }).package(options),
    'elixir.test': (options) => elixir().test(options),
    'elixir.release': (options) => elixir().release(options),
    'elixir.mix': (options) => elixir().mix('x', options),
    'elixir.plt': (options) => elixir().plt(options),
    'elixir.dialyzer': (options) => elixir().dialyzer(options),
  }
  it.each(Object.entries(actions))('%s takes the options of a step, but for its directory', (name, act) => {
    const own = act({ label: 'mine', key: 'k', timeout: '5m', retry: 2, cache: forever(), env: { A: true } })
    expect(own.fields).toMatchObject({ label: 'mine', key: 'k', timeoutSeconds: 300, retry: { limit: 2 } })
    expect(own.fields.cache).toMatchObject({ policy: 'forever' })
    expect(own.fields.env).toMatchObject({ A: 'true' })
    expect(own.command).toBe(act({}).command)
    expect(act({ label: undefined }).fields.label).toMatch(/^:\w+: /)
    expect(() => act({ cwd: 'x' })).toThrow(new RegExp(`^${name.replaceAll('.', '\\.')}[^:]*: .* got "cwd"\\.`))
    expect(() => act({ timeot: '5m' })).toThrow(new RegExp(`^${name.replaceAll('.', '\\.')}[^:]*: .* got "timeot"\\.`))
  })
})

describe('in a pipeline’s list', () => {
  it.each([
    ['rust.project', rust.project(), ['test', 'clippy', 'fmt']],
    ['rust.toolchain', rust.toolchain(), ['build']],
    ['js.project', js.project(), ['deps']],
    ['py.uv', py.uv(), ['uv-sync', 'test']],
    ['python', python(), ['uv-sync', 'test', 'lint', 'fmt', 'typecheck']],
    ['go', go(), ['build', 'test', 'vet', 'fmt']],
    ['zig', zig(), ['build', 'test', 'fmt']],
    ['cmake', cmake({ path: '.' }), ['build', 'test', 'lint', 'fmt']],
    ['cmake, several', cmake(), ['build', 'test', 'lint', 'fmt']],
    ['elixir', elixir(), ['elixir-install', 'mix-deps', 'compile', 'test', 'format']],
  ])('%s stands for its usual steps', (_, toolchain, last) => {
    const keys = nodes(toolchain).map((step) => step.key)
    expect(keys.filter((key) => !['apt-base', 'rustup', 'warmup', 'install'].includes(key))).toEqual(
      expect.arrayContaining(last),
    )
    expect(keys.slice(-last.length)).toHaveLength(last.length)
  })
})

describe('a path', () => {
  it('of any form results in valid shell commands', () => {
    const path = "it's (my) $APP; `x`"
    const all = entries.filter(([name]) => name !== 'zig, several').flatMap(([, make]) => make({ path }).ci())
    const commands = new Set(all.flatMap((step) => chainOf(step).map(({ command }) => command)))
    expect(commands.size).toBeGreaterThan(40)
    for (const command of commands) expect(spawnSync('sh', ['-n', '-c', command ?? '']).stderr.toString()).toBe('')
  })

  it.each([
    ['my app', "cd 'my app' && "],
    ['$DIR/app', 'cd "$DIR/app" && '],
    ['-x', 'cd ./-x && '],
    ['', 'cd . && '],
    ['./x/', 'cd ./x/ && '],
  ])('%j is quoted', (path, prefix) => {
    expect(lastOf(go({ path }).build()).command).toBe(`${prefix}go build ./...`)
  })
})

describe('a version', () => {
  const call = (make: unknown, options: object) => () => {
    if (typeof make === 'function') Reflect.apply(make, undefined, [options])
  }
  it.each([
    [rust.toolchain, { version: 'Stable' }, 'rust.toolchain, version: expected a version such as "stable"'],
    [rust.project, { version: '$(id)' }, 'rust.project, version: expected a version such as "stable"'],
    [go, { version: '1' }, 'go, version: expected a version such as "1.23.2", got "1". Correct the value.'],
    [go, { version: 'go1.23.2' }, 'go, version: expected a version such as "1.23.2"'],
    [go, { version: '1.23.2\n' }, 'go, version: expected a version such as "1.23.2"'],
    [go, { version: 1.23 }, 'go, version: expected a version such as "1.23.2", got 1.23.'],
    [
      python,
      { uvVersion: '0.9' },
      'python, uvVersion: expected a version of uv such as "0.9.5", or "latest", got "0.9"',
    ],
    [py.uv, { version: 'newest' }, 'py.uv, version: expected a version of uv'],
    [zig, { version: '0.14' }, 'zig, version: expected a version such as "0.14.1", got "0.14".'],
    [elixir, { elixirVersion: '1.18' }, 'elixir, elixirVersion: expected a version such as "1.18.3"'],
    [elixir, { otpVersion: '27.3.3.1' }, 'elixir, otpVersion: expected a version such as "27.3.3" or "27"'],
    [
      cmake,
      { compiler: 'msvc' },
      'cmake, compiler: expected a compiler such as "gcc", "gcc-14", "clang" or "clang-18"',
    ],
    [cmake, { generator: 'xcode' }, 'cmake, generator: expected "ninja" or "make", got "xcode".'],
    [cmake, { path: '.', deps: 'conan' }, 'cmake, deps: expected "vcpkg", got "conan".'],
    [cmake, { path: '.', defines: { A: null } }, 'cmake, defines, A: expected a string, a number or a boolean'],
    [cmake, { preset: 'ci' }, 'cmake: expected a path with preset, got nothing. Give the path of the project'],
    [python, { path: '/srv' }, 'python, path: expected a path inside the project, got "/srv".'],
  ])('of the wrong form is refused: %#', (make, options, message) => {
    expect(call(make, options)).toThrow(TypeError)
    expect(call(make, options)).toThrow(message)
  })
})
