import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Project } from './project.test-support.ts'
import { readSourceSet } from './read-source-set.ts'
import { resolvePattern } from './resolve-pattern.ts'
import { sourceDigests } from './source-digests.ts'
import { SourceView } from './source-view.ts'

const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

async function names(project: Project, pattern: string): Promise<string[]> {
  const view = new SourceView(await readSourceSet(project.path))
  return resolvePattern(view, pattern).map(({ path }) => Buffer.from(path, 'latin1').toString('utf8'))
}

async function digests(project: Project, ...paths: string[]): Promise<string[]> {
  return sourceDigests(await readSourceSet(project.path)).of(paths)
}

describe('a path', () => {
  it('a path names one file or folder, or nothing', async () => {
    const project = new Project({ 'a[1].txt': 'x', 'dir/b': 'y' })
    expect(await names(project, 'dir/b')).toEqual(['dir/b'])
    expect(await names(project, './dir//b')).toEqual(['dir/b'])
    expect(await names(project, 'missing')).toEqual([])
    expect(await names(project, 'dir/b/c')).toEqual([])
  })

  it('a glob gives matches sorted by path component, including dot files', async () => {
    const project = new Project({
      'p/a/x.ts': '',
      'p/a-b/x.ts': '',
      'p/.h/x.ts': '',
      'p/x.ts': '',
      'p/a/y.js': '',
      'p/é.ts': '',
    })
    expect(await names(project, '**/*.ts')).toEqual(['p/.h/x.ts', 'p/a/x.ts', 'p/a-b/x.ts', 'p/x.ts', 'p/é.ts'])
    expect(await names(project, 'p/?.ts')).toEqual(['p/x.ts', 'p/é.ts'])
    expect(await names(project, 'p/*')).toEqual(['p/.h', 'p/a', 'p/a-b', 'p/x.ts', 'p/é.ts'])
    expect(await names(project, 'p/a/**')).toEqual(['p/a'])
    expect(await names(project, 'p/**')).toEqual(['p', 'p/.h', 'p/a', 'p/a-b'])
    expect(await names(project, 'missing/*')).toEqual([])
  })

  it('must stay inside the project', async () => {
    const project = new Project()
    await expect(names(project, '../x')).rejects.toThrow(
      /^bad_path: expected a path inside the project, got a path with ".."/,
    )
    await expect(names(project, '/etc/*')).rejects.toThrow(/^bad_path/)
  })
})

describe('digests', () => {
  it('match the table in ir.md 2.4', async () => {
    const project = new Project({
      'src/.hid/x': 'three',
      'src/a/b.txt': 'one',
      'src/a-b.txt': 'two',
      'src/é.txt': 'four',
      'src/ﬀ.txt': 'six',
      'src/😀.txt': 'five',
    })
    project.link('src/link.txt', 'a-b.txt')
    const table = ['4bdc552979c97231f6fac27998ff2ac4d2ebc834af4730c4a1370de1e5d5ca8b']
    expect(await digests(project, 'src')).toEqual(table)
    expect(await digests(project, 'src/')).toEqual(table)
  })

  it('use patterns in their order, and do not merge the files of two patterns', async () => {
    const project = new Project({ a: '1', b: '2' })
    expect(await digests(project, 'b', 'a', '*')).toEqual([hash('1'), hash('2'), hash('1'), hash('2')])
    expect(await digests(project, 'x', 'y/*')).toEqual([])
  })

  it('do not enter linked folders on a walk, but a path may go through one', async () => {
    const project = new Project({ 'real/f': 'x' })
    project.link('real/up', '..')
    project.link('link', 'real')
    expect(await names(project, '**/f')).toEqual(['real/f'])
    expect(await names(project, 'link/f')).toEqual(['link/f'])
    expect(await names(project, 'link/*')).toEqual(['link/f', 'link/up'])
    expect(await digests(project, 'real')).toEqual([hash('f\0x\0')])
    expect(await digests(project, 'link')).toEqual([hash('f\0x\0')])
    expect(await digests(project, 'link/up/real/f')).toEqual([hash('x')])
  })

  it('digests skip dangling links inside a folder, but read the target of one that is named', async () => {
    const project = new Project({ 'd/f': 'x' })
    project.link('d/dangling', 'nowhere')
    project.link('circle', 'circle')
    project.link('through', 'd/f/g')
    expect(await digests(project, 'd')).toEqual([hash('f\0x\0')])
    expect(await digests(project, 'd/*')).toEqual([hash('nowhere'), hash('x')])
    expect(await digests(project, 'circle')).toEqual([hash('circle')])
    expect(await digests(project, 'through')).toEqual([hash('d/f/g')])
  })

  it('digests follow only links into the set: ignored, absolute and outside targets are dangling wherever the build runs', async () => {
    const project = new Project({ '.gitignore': 'out', 'out/f': 'secret', 'd/f': 'x' })
    project.git('init', '--quiet')
    const targets = {
      ignored: 'out/f',
      absolute: join(project.path, 'd/f'),
      outside: `../${project.path.split('/').at(-1)}/d/f`,
    }
    for (const [path, target] of Object.entries(targets)) project.link(`l/${path}`, target)
    project.link('l/inside', '../d/f')
    project.link('l/rooted', '/inside')
    expect(await digests(project, 'l')).toEqual([hash('inside\0x\0')])
    expect(await digests(project, 'l/rooted')).toEqual([hash('/inside')])
    expect(await digests(project, 'l/outside', 'l/ignored', 'l/absolute')).toEqual(
      [targets.absolute, targets.ignored, targets.outside].map(hash),
    )
    expect(await digests(project, 'out', 'out/f')).toEqual([])
  })

  it('digests cover names and contents byte for byte, however long', async () => {
    const project = new Project({ 'd/long': 'ab'.repeat(3_000_000) })
    const name = Buffer.from([0xff, 0x41])
    writeFileSync(Buffer.concat([Buffer.from(`${project.path}/d/`), name]), Buffer.from([0, 255]))
    expect(await digests(project, 'd/long')).toEqual([hash('ab'.repeat(3_000_000))])
    const parts = [Buffer.from(`long\0${'ab'.repeat(3_000_000)}\0`), name, Buffer.from([0, 0, 255, 0])]
    expect(await digests(project, 'd')).toEqual([hash(Buffer.concat(parts))])
  })

  it('digests ignore empty folders, because a source has none', async () => {
    const project = new Project({ a: '' })
    mkdirSync(join(project.path, 'empty'))
    expect(await digests(project, 'empty')).toEqual([])
  })

  it('the digest of a deleted file is an error with its path', async () => {
    const project = new Project({ a: '' })
    const set = await readSourceSet(project.path)
    rmSync(join(project.path, 'a'))
    await expect(sourceDigests(set).of(['a'])).rejects.toMatchObject({
      code: 'unreadable',
      message: /"a" of the source/,
    })
  })
})
