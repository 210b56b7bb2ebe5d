import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { flatLeaves } from '../leaves.ts'
import { lastOf } from './chain-of.test-support.ts'
import * as toolchains from './index.ts'
import { INIT_TEMPLATES } from './init-templates.ts'

const CI = {
  rust: [':rust: test', ':rust: clippy', ':rust: fmt'],
  go: [':go: build', ':go: test', ':go: vet', ':go: fmt'],
  elixir: [':ex: compile', ':ex: test', ':ex: format'],
  zig: [':zig: my app build', ':zig: my app test', ':zig: my app fmt'],
  cmake: [':cmake: test', ':cmake: lint', ':cmake: fmt'],
  nextjs: [':node: deps'],
  js: [':node: deps'],
  python: [':python: test', ':python: lint', ':python: fmt', ':python: typecheck'],
} as const

it.each(INIT_TEMPLATES)('the template of $kind returns the steps of its toolchain’s ci', (template) => {
  const { kind, toolchain, typescript } = template
  expect(typescript('my app')).toMatch(new RegExp(`^${toolchain}\\b`))
  const imported = { [toolchain]: Reflect.get(toolchains, toolchain) }
  const steps = flatLeaves('test', runInNewContext(`${typescript('my app')}.ci()`, imported))
  expect(steps.map((step) => ('fields' in step ? step.fields.label : undefined))).toEqual(CI[kind])
  for (const step of steps) if ('fields' in step) expect(lastOf(step).command).toContain('my app')
})

it('every kind occurs once, and is the same in Python', () => {
  expect(INIT_TEMPLATES.map(({ kind }) => kind)).toEqual(Object.keys(CI))
  expect(INIT_TEMPLATES.map(({ python }) => python('.'))).toEqual([
    'hm.rust.project(path=".")',
    'hm.go(path=".")',
    'hm.elixir(path=".")',
    'hm.zig(path=".")',
    'hm.cmake(path=".")',
    'hm.js.project(path=".")',
    'hm.js.project(path=".")',
    'hm.python(path=".")',
  ])
})
