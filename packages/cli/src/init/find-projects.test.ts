import { expect, it } from 'vitest'
import { findProjects } from './find-projects.ts'
import type { Folder } from './folder.ts'

const folder = (path: string, names: string, texts: Record<string, string> = {}): Folder => ({
  path,
  names: new Set(names.split(' ')),
  texts: new Map(Object.entries(texts)),
})
const script = { 'package.json': '{"scripts":{"test":"t"}}' }
const found = (...folders: Folder[]) => findProjects(folders).map(({ kind, folder }) => `${kind} ${folder.path}`)

it.each([
  ['Cargo.toml', 'rust'],
  ['go.mod', 'go'],
  ['mix.exs', 'elixir'],
  ['build.zig', 'zig'],
  ['CMakeLists.txt', 'cmake'],
  ['package.json', 'js'],
  ['package.json next.config.mjs', 'nextjs'],
  ['pyproject.toml', 'python'],
  ['setup.py', 'python'],
  ['uv.lock', 'python'],
  ['configure.ac', 'autotools'],
  ['configure Makefile.in', 'autotools'],
  ['Makefile', 'make'],
  ['GNUmakefile', 'make'],
])('%s shows a project of kind %s', (names, kind) => {
  expect(found(folder('.', `README.md ${names}`))).toEqual([`${kind} .`])
})

it('finds nothing in a folder without a known file', () => {
  expect(found(folder('.', 'README.md next.config. cargo.toml'), folder('src', 'main.c'))).toEqual([])
})

it('each of several kinds, at either level, gets a chain', () => {
  expect(
    found(folder('.', 'go.mod'), folder('api', 'pyproject.toml Cargo.toml'), folder('web', 'package.json', script)),
  ).toEqual(['go .', 'rust api', 'python api', 'js web'])
})

it('a directory that belongs to a project above it is not a project', () => {
  expect(found(folder('.', 'CMakeLists.txt'), folder('src', 'CMakeLists.txt'))).toEqual(['cmake .'])
  expect(found(folder('.', 'Cargo.toml'), folder('core', 'Cargo.toml'))).toEqual(['rust .'])
  expect(found(folder('.', 'go.mod'), folder('tools', 'go.mod'))).toEqual(['go .', 'go tools'])
})

it('members of a JavaScript or uv workspace are parts, other packages are not', () => {
  const root = (text: string) => folder('.', 'package.json', { 'package.json': text })
  const web = folder('web', 'package.json next.config.js')
  expect(found(root('{"workspaces": ["web"]}'), web)).toEqual(['js .'])
  expect(found(root('{}'), web)).toEqual(['js .', 'nextjs web'])
  expect(found(folder('.', 'package.json pnpm-workspace.yaml'), web)).toEqual(['js .'])
  const python = (text: string) => folder('.', 'pyproject.toml', { 'pyproject.toml': text })
  const lib = folder('lib', 'pyproject.toml')
  expect(found(python('[tool.uv.workspace]\nmembers = ["lib"]\n'), lib)).toEqual(['python .'])
  expect(found(python(''), lib)).toEqual(['python .', 'python lib'])
})

it('a nested package.json with nothing to install or run is not a project', () => {
  const stub = folder('esm', 'package.json', { 'package.json': '{"type":"module","main":"index.js"}' })
  expect(found(folder('.', 'package.json'), stub)).toEqual(['js .'])
  expect(found(folder('.', 'go.mod'), stub)).toEqual(['go .'])
  expect(found(folder('.', 'package.json'), folder('site', 'package.json', script))).toEqual(['js .', 'js site'])
})

it('autotools count only where the project has no other kind, and a Makefile only where nothing else is found', () => {
  const python = folder('python', 'setup.py')
  expect(found(folder('.', 'configure.ac Makefile'), python)).toEqual(['autotools .', 'python python'])
  expect(found(folder('.', 'configure CMakeLists.txt'))).toEqual(['cmake .'])
  expect(found(folder('.', 'Makefile go.mod'))).toEqual(['go .'])
  expect(found(folder('.', 'Makefile'), python)).toEqual(['python python'])
})
