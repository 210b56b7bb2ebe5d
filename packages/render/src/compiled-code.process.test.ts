import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compiledCode } from './compiled-code.ts'
import { newProject, write } from './project.test-support.ts'

it('belongs to one version of the program, and the newest three versions are kept', async () => {
  const source = newProject({ 'main.mjs': '', 'node_modules/other/index.js': '' })
  const directory = join(newProject({}), 'compiled')
  const compile = () => compiledCode(directory, { parts: [{ source, path: 'program' }], main: 'program/main.mjs' })
  const folders = [await compile()]
  write(source, { 'node_modules/other/index.js': 'changed()' })
  expect(await compile()).toBe(folders[0])
  for (const text of ['void 1', 'void 22', 'void 333']) {
    write(source, { 'main.mjs': text })
    folders.push(await compile())
  }
  expect(new Set(folders).size).toBe(4)
  const kept = readdirSync(directory).map((name) => join(directory, name))
  expect(kept.sort()).toEqual(folders.slice(1).sort())
})
