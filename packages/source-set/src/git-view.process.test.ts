import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readGitFacts } from './git-facts.ts'
import { type GitView, makeGitView } from './git-view.ts'
import { Project } from './project.test-support.ts'

function repository(files: Readonly<Record<string, string>> = { 'a.txt': 'a' }): Project {
  const project = new Project(files)
  project.git('init', '--quiet', '-b', 'main')
  return project
}

const viewOf = async (project: Project, keep: Project, below = '') =>
  makeGitView(join(project.path, below), await readGitFacts(join(project.path, below)), keep.path)

/** Runs git on the project's files with the view in place of their `.git`, as in a sandbox. */
function asSeen({ directory, objects }: GitView, project: Project, ...args: string[]): string {
  const place = new Project()
  cpSync(project.path, place.path, { recursive: true, filter: (path) => !/\/\.git$/.test(path) })
  cpSync(directory, join(place.path, '.git'), { recursive: true })
  cpSync(objects, join(place.path, '.git/objects'), { recursive: true })
  return place.git(...args)
}

it('the view describes the commit, reports later changes, and shows the history', async () => {
  const [project, keep] = [repository(), new Project()]
  project.commit('the first')
  project.git('tag', '-a', 'v1.2', '-m', 'annotated')
  project.commit('the second')
  const view = await viewOf(project, keep)
  if (view === null) throw new Error('expected a view')
  expect(asSeen(view, project, 'describe', '--dirty')).toMatch(/^v1\.2-1-g[0-9a-f]+\n$/)
  expect(asSeen(view, project, 'log', '--format=%s')).toBe('the second\nthe first\n')
  expect(asSeen(view, project, 'status', '--porcelain')).toBe('')
  project.write({ 'a.txt': 'changed' })
  expect(asSeen(view, project, 'describe', '--dirty')).toMatch(/-dirty\n$/)
})

it('the view has none of the checkout’s settings, hooks and credentials', async () => {
  const [project, keep] = [repository(), new Project()]
  project.commit()
  project.git('remote', 'add', 'origin', 'https://me:tell-nobody@example.com/a/b.git')
  project.git('config', 'http.extraHeader', 'Authorization: tell-nobody')
  project.write({ '.git/hooks/post-checkout': 'tell-nobody' })
  const view = await viewOf(project, keep)
  const files = readdirSync(view?.directory ?? '').sort()
  expect(files).toEqual(['HEAD', 'config', 'index', 'objects', 'packed-refs', 'refs'])
  expect(readFileSync(join(view?.directory ?? '', 'config'), 'utf8')).toContain('url = "https://example.com/a/b.git"')
  expect(() => execFileSync('grep', ['-r', 'tell-nobody', view?.directory ?? ''])).toThrow()
})

it('the view is made once for each commit and set of tags', async () => {
  const [project, keep] = [repository(), new Project()]
  project.commit()
  const [one, again] = [await viewOf(project, keep), await viewOf(project, keep)]
  expect(again).toEqual(one)
  expect(statSync(one?.directory ?? '').mode & 0o777).toBe(0o755)
  project.git('tag', 'v1')
  expect((await viewOf(project, keep))?.directory).not.toBe(one?.directory)
  expect(readdirSync(keep.path)).toHaveLength(2)
})

it('the view finds the objects of a work tree and of a shallow clone', async () => {
  const [project, tree, keep] = [repository(), new Project(), new Project()]
  project.commit('the first')
  project.commit('the second')
  project.git('worktree', 'add', '--quiet', join(tree.path, 'other'), '-b', 'other')
  const other = await viewOf(tree, keep, 'other')
  expect(other?.objects).toBe(join(project.path, '.git/objects'))
  project.git('clone', '--quiet', '--depth', '1', `file://${project.path}`, join(tree.path, 'shallow'))
  const shallow = await viewOf(tree, keep, 'shallow')
  if (shallow === null) throw new Error('expected a view')
  expect(asSeen(shallow, project, 'log', '--format=%s')).toBe('the second\n')
})

it('there is no view without a commit, below the root of a work tree, or if objects are borrowed', async () => {
  const [project, clones, keep] = [repository({ 'sub/a.txt': 'a' }), new Project(), new Project()]
  expect(await viewOf(new Project(), keep)).toBeNull()
  expect(await viewOf(project, keep)).toBeNull()
  project.commit()
  expect(await viewOf(project, keep, 'sub')).toBeNull()
  project.git('clone', '--quiet', '--shared', project.path, join(clones.path, 'borrows'))
  expect(await viewOf(clones, keep, 'borrows')).toBeNull()
})
