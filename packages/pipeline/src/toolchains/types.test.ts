/**
 * Wrong calls of toolchains that an editor marks. `tsc` checks that each line below an
 * `@ts-expect-error` is an error; the test checks that it throws.
 */
import { expect, expectTypeOf, it } from 'vitest'
import type { Step } from '../step.ts'
import {
  CMakeProject,
  CMakeToolchain,
  cmake,
  elixir,
  type GoToolchain,
  go,
  js,
  py,
  python,
  rust,
  type ZigProject,
  type ZigToolchain,
  zig,
} from './index.ts'

it.each<[string, () => unknown]>([
  // @ts-expect-error
  ['a directory of an action', () => go().test({ cwd: 'x' })],
  // @ts-expect-error
  ['an option that nobody knows', () => go({ verion: '1.24' })],
  // @ts-expect-error
  ['an option of another action', () => rust.project().build({ nextest: true })],
  // @ts-expect-error
  ['one feature that is no list', () => rust.project().test({ features: 'a' })],
  // @ts-expect-error
  ['a version that is a number', () => js.project({ version: 22 })],
  // @ts-expect-error
  ['a package manager that there is not', () => js.project({ pm: 'yarn' })],
  // @ts-expect-error
  ['the name of the other Python entry', () => python({ version: '0.9.5' })],
  // @ts-expect-error
  ['a base that is no step', () => py.uv({ base: 'ubuntu:24.04' })],
  // @ts-expect-error
  ['a generator of another system', () => cmake({ generator: 'xcode' })],
  // @ts-expect-error
  ['a project’s option without a path', () => cmake({ preset: 'ci' })],
  // @ts-expect-error
  ['partitions in words', () => elixir().test({ partitions: 'two' })],
])('%s', (_, call) => {
  expect(call).toThrow(TypeError)
})

it('cmake and zig return a project with a path, and a toolchain without one', () => {
  expectTypeOf(cmake({ path: '.' })).toEqualTypeOf<CMakeProject>()
  expectTypeOf(cmake()).toEqualTypeOf<CMakeToolchain>()
  expectTypeOf(zig({ path: '.' })).toEqualTypeOf<ZigProject>()
  expectTypeOf(zig({ version: '0.15.1' })).toEqualTypeOf<ZigToolchain>()
  expectTypeOf(go().setup('make gen')).toEqualTypeOf<GoToolchain>()
  expectTypeOf(cmake({ path: '.' }).install).returns.toEqualTypeOf<Step>()
  expect(cmake()).toBeInstanceOf(CMakeToolchain)
  expect(cmake({ path: '.' })).toBeInstanceOf(CMakeProject)
})

it('a preset excludes defines', () => {
  const defines = { A: 'b' }
  // @ts-expect-error
  expect(cmake({ path: '.', preset: 'ci', defines }).built.command).not.toContain('-DA=b')
})
