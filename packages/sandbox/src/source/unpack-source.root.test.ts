import { execFileSync } from 'node:child_process'
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packed, paxRecord, type RawEntry, requestFor, tarOf } from './archive.test-support.ts'
import { collectSources, unpackSource } from './index.ts'
import { verifyTree } from './manifest.ts'

let home: string
let store: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-source-')
  store = path.join(home, 'store')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const unpack = (bytes: Buffer) => unpackSource(requestFor(store, bytes))

describe('an archive becomes a tree', () => {
  it('keeps content, executable bits, links and empty folders, and no other mode', async () => {
    const tree = await unpack(
      packed([
        { name: './', type: '5', mode: 0o700 },
        { name: './bin/run', mode: 0o4711, content: '#!/bin/sh\n' },
        { name: 'read.me', mode: 0o600, content: 'hello' },
        { name: 'empty/', type: '5' },
        { name: 'ln', type: '2', linkName: '/etc/passwd' },
        { name: 'hard', type: '1', linkName: 'bin/run' },
      ]),
    )
    const mode = async (name: string) => (await lstat(path.join(tree.path, name))).mode & 0o7777
    expect(await readFile(path.join(tree.path, 'hard'), 'utf8')).toBe('#!/bin/sh\n')
    expect([await mode('bin/run'), await mode('read.me'), await mode('hard')]).toEqual([0o755, 0o644, 0o755])
    expect(await readlink(path.join(tree.path, 'ln'))).toBe('/etc/passwd')
    expect((await stat(path.join(tree.path, 'empty'))).isDirectory()).toBe(true)
    expect(verifyTree(tree)).toBe(true)
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])(
    'reads archives that GNU tar writes as %s, including names that are not UTF-8',
    async (format) => {
      const folder = path.join(home, 'in')
      const deep = format === 'v7' ? 'short' : path.join('d'.repeat(90), 'e'.repeat(80))
      await mkdir(path.join(folder, deep), { recursive: true })
      const odd = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xe9])])
      await writeFile(odd, 'odd')
      if (format !== 'v7') await writeFile(path.join(folder, deep, 'long name ü'), 'long')
      if (format === 'gnu' || format === 'pax') await symlink('x'.repeat(300), path.join(folder, 'far'))
      const bytes = execFileSync('tar', ['-c', `--format=${format}`, '-C', folder, '.'])
      const tree = await unpack(bytes)
      expect(execFileSync('diff', ['-r', '--no-dereference', folder, tree.path]).toString()).toBe('')
    },
  )

  it('reads a name of a pax header byte for byte', async () => {
    const pax = paxRecord('path', 'caf\xe9-\xff')
    const tree = await unpack(
      tarOf([
        { name: 'x', type: 'x', content: pax },
        { name: 'short', content: 'a' },
      ]),
    )
    expect(await readdir(tree.path, 'latin1')).toEqual(['caf\xe9-\xff'])
  })

  it('keeps the last entry of a name, and never writes through an earlier one', async () => {
    const tree = await unpack(
      packed([
        { name: 'a', content: 'first' },
        { name: 'b', type: '1', linkName: 'a' },
        { name: 'b', content: 'second' },
        { name: 'c', type: '2', linkName: 'a' },
        { name: 'c', content: 'third' },
        { name: 'd', type: '2', linkName: '/tmp' },
        { name: 'd/', type: '5' },
        { name: 'd/e', content: 'inside' },
      ]),
    )
    const text = (name: string) => readFile(path.join(tree.path, name), 'utf8')
    expect([await text('a'), await text('b'), await text('c'), await text('d/e')]).toEqual([
      'first',
      'second',
      'third',
      'inside',
    ])
    expect((await lstat(path.join(tree.path, 'd'))).isDirectory()).toBe(true)
  })

  it('results in equal digests for equal trees, however they were packed, and in the empty tree for the empty archive', async () => {
    const entries: RawEntry[] = [
      { name: 'b', content: '1' },
      { name: 'a/c', content: '2' },
    ]
    const one = await unpack(tarOf(entries))
    const other = await unpack(gzipSync(tarOf([{ name: 'a/', type: '5' }, ...entries.reverse()])))
    expect(other).toEqual(one)
    const empty = await unpack(Buffer.alloc(0))
    expect(await readdir(empty.path)).toEqual([])
    expect((await unpack(tarOf([]))).digest).toBe(empty.digest)
  })
})

describe('a tree is unpacked once', () => {
  const bytes = packed([{ name: 'a', content: 'content' }])

  it('opens the archive once, even for twenty concurrent callers', async () => {
    let opened = 0
    const request = requestFor(store, bytes)
    const counted = {
      ...request,
      archive: () => {
        opened += 1
        return request.archive()
      },
    }
    const trees = await Promise.all(Array.from({ length: 20 }, () => unpackSource(counted)))
    expect(new Set(trees.map((tree) => tree.path)).size).toBe(1)
    expect(opened).toBe(1)
  })

  it('unpacks a tree of an earlier boot again if, and only if, a power failure damaged it', async () => {
    const tree = await unpack(bytes)
    const sha256 = requestFor(store, bytes).sha256
    const record = path.join(store, 'archives', `${sha256}.json`)
    const ofEarlierBoot = () => writeFile(record, JSON.stringify({ tree: tree.digest, bootId: 'earlier' }))
    await ofEarlierBoot()
    const unopened = { archive: () => Promise.reject(new Error('opened')), sha256, directory: store }
    expect(await unpackSource(unopened)).toEqual(tree)
    await ofEarlierBoot()
    await writeFile(path.join(tree.path, 'a'), '')
    await expect(unpackSource(unopened)).rejects.toThrow('opened')
    expect(await unpack(bytes)).toEqual(tree)
    expect(await readFile(path.join(tree.path, 'a'), 'utf8')).toBe('content')
  })

  it('is collected with its manifest, unless a build needs it or a snapshot was synced to it', async () => {
    const tree = await unpack(bytes)
    const manifest = path.join(store, 'manifests', tree.digest.slice(7))
    const all = {
      directory: store,
      keepTrees: new Set<string>(),
      keepManifests: new Set<string>(),
      before: new Date(Date.now() + 60_000),
    }
    expect(await collectSources({ ...all, keepTrees: new Set([tree.digest]) })).toEqual([])
    expect(await collectSources({ ...all, before: new Date(0) })).toEqual([])
    expect(await collectSources({ ...all, keepManifests: new Set([tree.digest]) })).toEqual([tree.digest])
    await stat(manifest)
    expect(await unpack(bytes)).toEqual(tree)
    await utimes(tree.path, 0, 0)
    await collectSources(all)
    await expect(stat(manifest)).rejects.toThrow('ENOENT')
    expect(await readdir(path.join(store, 'archives'))).toEqual([])
  })
})
