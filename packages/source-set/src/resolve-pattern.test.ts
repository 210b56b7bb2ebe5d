import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Project } from './project.test-support.ts'
import { readSourceSet } from './read-source-set.ts'
import { watchedFiles } from './resolve-pattern.ts'
import { SourceView } from './source-view.ts'

async function watched(project: Project, paths: readonly string[], folders: readonly string[] = []): Promise<string[]> {
  const view = new SourceView(await readSourceSet(project.path), folders)
  const found = [...watchedFiles(view, paths).values()]
  return found
    .map(({ path, node, link }) => {
      const at = link === null ? '' : ` -> ${view.targetOf(link)}`
      return `${path}${at} ${node.kind}${node.kind === 'file' && node.mode === 0o755 ? ' executable' : ''}`
    })
    .sort()
}

it('watched files include the files that a path or glob names, with their links and modes, each once', async () => {
  const project = new Project({ 'src/run.sh': '', 'src/lib/a.js': '', 'src/lib/b.txt': '', other: '' })
  chmodSync(join(project.path, 'src/run.sh'), 0o755)
  symlinkSync('lib/a.js', join(project.path, 'src/to-file'))
  symlinkSync('lib', join(project.path, 'src/to-folder'))
  symlinkSync('nowhere', join(project.path, 'src/dangling'))
  const whole = [
    'src folder',
    'src/dangling -> nowhere link',
    'src/lib folder',
    'src/lib/a.js file',
    'src/lib/b.txt file',
    'src/run.sh file executable',
    'src/to-file -> lib/a.js file',
    'src/to-folder -> lib folder',
  ]
  expect(await watched(project, ['src'])).toEqual(whole)
  expect(await watched(project, ['src', 'src/lib/*.js', 'missing'])).toEqual(whole)
  expect(await watched(project, ['**/*.js'])).toEqual(['src/lib/a.js file'])
  expect(await watched(project, ['src/to-folder'])).toEqual([
    'src/to-folder -> lib folder',
    'src/to-folder/a.js file',
    'src/to-folder/b.txt file',
  ])
})

it('watched files include empty folders if those are known', async () => {
  const project = new Project({ a: '' })
  mkdirSync(join(project.path, 'empty'))
  expect(await watched(project, ['empty'])).toEqual([])
  expect(await watched(project, ['empty'], ['empty'])).toEqual(['empty folder'])
})
