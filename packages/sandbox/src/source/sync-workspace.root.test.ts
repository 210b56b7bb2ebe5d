import { execFileSync } from 'node:child_process'
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { packed, type RawEntry, requestFor } from './archive.test-support.ts'
import { syncWorkspace, unpackSource } from './index.ts'

const OWNER = { uid: 100_000, gid: 100_000 }
const NOW = new Date('2030-01-01T00:00:00Z')

let home: string
let workspace: string
let outside: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-sync-')
  workspace = path.join(home, 'workspace')
  outside = path.join(home, 'outside')
  await mkdir(workspace)
  await mkdir(path.join(outside, 'folder'), { recursive: true })
  await writeFile(path.join(outside, 'secret'), 'secret')
  await writeFile(path.join(outside, 'folder', 'a'), 'secret')
})
// Node.js's rm cannot remove these files.
afterEach(() => execFileSync('rm', ['-rf', home]))

const at = (name: string) => path.join(workspace, name)
const text = (name: string) => readFile(at(name), 'utf8')
const treeOf = (entries: readonly RawEntry[]) => unpackSource(requestFor(path.join(home, 'store'), packed(entries)))
const filesOf = (files: Readonly<Record<string, string>>) =>
  treeOf(Object.entries(files).map(([name, content]) => ({ name, content })))
const sync = (tree: SourceTreeRef, previous: SourceTreeRef | null = null, now = NOW) =>
  syncWorkspace({ tree, previous, workspace, owner: OWNER, now })

describe('the files that the source owns', () => {
  it('appear with content, mode, owner and the time of the sync', async () => {
    await sync(
      await treeOf([
        { name: 'bin/run', mode: 0o755, content: 'x' },
        { name: 'l', type: '2', linkName: '/etc' },
        { name: 'caf\xe9' },
      ]),
    )
    const run = await lstat(at('bin/run'))
    expect([run.uid, run.gid, run.mode & 0o7777, run.mtime]).toEqual([OWNER.uid, OWNER.gid, 0o755, NOW])
    const folder = await lstat(at('bin'))
    expect([folder.uid, folder.mode & 0o7777]).toEqual([OWNER.uid, 0o755])
    const ln = await lstat(at('l'))
    expect([ln.uid, ln.mtime, await readlink(at('l'))]).toEqual([OWNER.uid, NOW, '/etc'])
    expect((await readdir(workspace, 'latin1')).sort()).toEqual(['bin', 'caf\xe9', 'l'])
  })

  it('follow the next tree: added, changed, deleted; folders that become empty are removed', async () => {
    const one = await filesOf({ keep: '1', change: '1', 'gone/deep/file': '1', 'shared/file': '1' })
    const two = await filesOf({ keep: '1', change: '2', add: '2' })
    await sync(one)
    await writeFile(at('shared/object'), 'made by a step')
    await writeFile(at('made'), 'made by a step')
    await sync(two, one)
    expect((await readdir(workspace)).sort()).toEqual(['add', 'change', 'keep', 'made', 'shared'])
    expect(await readdir(at('shared'))).toEqual(['object'])
    expect([await text('change'), await text('add'), await text('made')]).toEqual(['2', '2', 'made by a step'])
  })

  it('keep inode and time if unchanged', async () => {
    const one = await filesOf({ same: 'same', other: '1' })
    await sync(one, null, new Date('2020-01-01'))
    const before = await lstat(at('same'))
    await sync(await filesOf({ same: 'same', other: '2' }), one)
    const after = await lstat(at('same'))
    expect([after.ino, after.mtimeMs, after.ctimeMs]).toEqual([before.ino, before.mtimeMs, before.ctimeMs])
    expect((await lstat(at('other'))).mtime).toEqual(NOW)
  })

  it('remain as steps left them while the tree is the same, and are restored with the next tree', async () => {
    const one = await filesOf({ edited: '1', sized: '1', mode: '1', deleted: '1', 'folder/f': '1' })
    const two = await filesOf({ edited: '1', sized: '1', mode: '1', deleted: '1', 'folder/f': '1', more: '2' })
    await sync(one)
    await writeFile(at('edited'), '2')
    await utimes(at('edited'), NOW, NOW)
    await writeFile(at('sized'), '22')
    await chmod(at('mode'), 0o777)
    await rm(at('deleted'))
    await rm(at('folder'), { recursive: true })
    await writeFile(at('folder'), 'a file now')
    await sync(one, one)
    expect(await text('edited')).toBe('2')
    await sync(two, one)
    for (const name of ['edited', 'sized', 'mode', 'deleted', 'folder/f']) expect(await text(name)).toBe('1')
    expect((await lstat(at('mode'))).mode & 0o7777).toBe(0o644)
  })

  it('are complete once a sync that a crash interrupted is repeated', async () => {
    const one = await filesOf({ a: '1', b: '1' })
    const two = await filesOf({ a: '2', b: '1', 'c/d': '2' })
    await sync(one)
    await rm(at('a'))
    await mkdir(at('c'))
    await writeFile(at('c/d'), '')
    await sync(two, one)
    expect([await text('a'), await text('c/d')]).toEqual(['2', '2'])
  })

  it('cannot be synced if the manifest of the previous tree is missing', async () => {
    const one = await filesOf({ a: '1' })
    await sync(one)
    await rm(path.join(home, 'store', 'manifests', one.digest.slice(7)))
    await expect(sync(await filesOf({ a: '2' }), one)).rejects.toMatchObject({ code: 'provision_failed' })
  })
})

it('G27 make rebuilds from a changed source, even if the archive dates it before the object', async () => {
  const makefile = 'out: in\n\tcat in > out\n'
  const one = await filesOf({ Makefile: makefile, in: 'one' })
  await sync(one, null, new Date(Date.now() - 10_000))
  const make = () => execFileSync('make', ['-C', workspace]).toString()
  make()
  const before = new Date(Date.now() - 5_000)
  await utimes(at('out'), before, before)
  await sync(await filesOf({ Makefile: makefile, in: 'two' }), one, new Date())
  expect(make()).toContain('cat in > out')
  expect(await text('out')).toBe('two')
  expect(make()).toContain('up to date')
})

describe('G25 a workspace full of traps', () => {
  const one = { a: 'one', 'folder/a': 'one' }
  const two = { a: 'two', 'folder/a': 'two' }
  const traps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a link in place of a file', () => replace('a', () => symlink(path.join(outside, 'secret'), at('a')))],
    ['a link in place of a folder', () => replace('folder', () => symlink(path.join(outside, 'folder'), at('folder')))],
    ['a hard link to a file outside', () => replace('a', () => link(path.join(outside, 'secret'), at('a')))],
    ['a pipe in place of a file', () => replace('a', async () => execFileSync('mkfifo', [at('a')]))],
    ['a pipe in place of a folder', () => replace('folder', async () => execFileSync('mkfifo', [at('folder')]))],
    ['a full folder in place of a file', () => replace('a', () => mkdir(at('a/b/c'), { recursive: true }))],
    [
      'a folder with a link in place of a file',
      () =>
        replace('a', async () => {
          await mkdir(at('a'))
          await symlink(outside, at('a/out'))
        }),
    ],
    [
      'a folder of 1,500 folders in place of a file',
      () =>
        replace('a', async () => {
          const nest = 'import os\nfor _ in range(1500):\n os.mkdir("deep"); os.chdir("deep")'
          execFileSync('python3', ['-c', nest], { cwd: workspace })
        }),
    ],
    ['a device in place of a file', () => replace('a', async () => execFileSync('mknod', [at('a'), 'c', '1', '5']))],
    [
      'folders that changed places with links',
      async () => {
        await rename(at('folder'), at('moved'))
        await symlink('moved', at('folder'))
      },
    ],
  ]

  async function replace(name: string, trap: () => Promise<unknown>): Promise<void> {
    await rm(at(name), { recursive: true })
    await trap()
  }

  it.each(traps)('is synced in place, and nothing outside is read or written: %s', async (_, trap) => {
    const before = await filesOf(one)
    await sync(before)
    await trap()
    await sync(await filesOf(two), before)
    expect([await text('a'), await text('folder/a')]).toEqual(['two', 'two'])
    expect((await lstat(at('folder'))).isDirectory()).toBe(true)
    expect((await lstat(at('a'))).isFile()).toBe(true)
    expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('secret')
    expect(await readFile(path.join(outside, 'folder', 'a'), 'utf8')).toBe('secret')
    expect((await lstat(path.join(outside, 'secret'))).uid).toBe(0)
  })

  it.each(traps)('loses the files that the source owned, and nothing outside is removed: %s', async (_, trap) => {
    const before = await filesOf(one)
    await sync(before)
    await trap()
    await sync(await filesOf({ other: 'x' }), before)
    expect(await text('other')).toBe('x')
    expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('secret')
    expect(await readFile(path.join(outside, 'folder', 'a'), 'utf8')).toBe('secret')
  })

  it('that is itself a link is refused', async () => {
    await rm(workspace, { recursive: true })
    await symlink(outside, workspace)
    await expect(sync(await filesOf(one))).rejects.toMatchObject({ code: 'provision_failed' })
    expect((await readdir(outside)).sort()).toEqual(['folder', 'secret'])
  })

  it('a step whose source is unchanged, but hard-linked elsewhere, cannot cause a write through the other name', async () => {
    const before = await filesOf(one)
    await sync(before)
    await link(at('a'), at('kept by a step'))
    await sync(await filesOf(two), before)
    expect([await text('a'), await text('kept by a step')]).toEqual(['two', 'one'])
  })
})
