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
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SandboxError } from '../driver.ts'
import { packed, paxRecord, type RawEntry, requestFor, tarOf } from './archive.test-support.ts'
import { collectSources, unpackSource } from './index.ts'
import { verifyTree } from './verify-tree.ts'

let home: string
let store: string
beforeEach(async () => {
  home = await mkdtemp('/var/tmp/harmont-source-')
  store = path.join(home, 'store')
})
afterEach(() => rm(home, { recursive: true, force: true }))

const unpack = (bytes: Buffer, limits = {}) => unpackSource({ ...requestFor(store, bytes), limits })

async function refusalOf(bytes: Buffer, limits = {}): Promise<string> {
  const error = await unpack(bytes, limits).catch((each: unknown) => each)
  expect(error).toBeInstanceOf(SandboxError)
  expect(error).toMatchObject({ code: 'source_invalid' })
  expect(await readdir(home)).toEqual(['store'])
  expect(await readdir(path.join(store, 'staging'))).toEqual([])
  expect(await readdir(store)).not.toContain('trees')
  return error instanceof Error ? error.message : ''
}

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
    'reads what GNU tar writes as %s, names that are not UTF-8 too',
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

  it('takes a name of a pax header byte for byte', async () => {
    const pax = paxRecord('path', 'caf\xe9-\xff')
    const tree = await unpack(
      tarOf([
        { name: 'x', type: 'x', content: pax },
        { name: 'short', content: 'a' },
      ]),
    )
    expect(await readdir(tree.path, 'latin1')).toEqual(['caf\xe9-\xff'])
  })

  it('lets the last entry of a name win, and never writes through the one before', async () => {
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

  it('gives equal trees equal digests however they were packed, and the empty archive the empty tree', async () => {
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

describe('G25 a hostile archive', () => {
  const hostile: readonly (readonly [string, readonly RawEntry[], RegExp])[] = [
    ['an absolute path', [{ name: '/etc/evil', content: 'x' }], /"\/etc\/evil" is an absolute path/],
    ['a path out of the tree', [{ name: '../evil', content: 'x' }], /"\.\.\/evil" leads out/],
    ['a path that goes out and in', [{ name: 'a/../../store/b', content: 'x' }], /leads out/],
    [
      'a file behind a link',
      [
        { name: 'l', type: '2', linkName: '/tmp' },
        { name: 'l/evil', content: 'x' },
      ],
      /"l\/evil" lies behind "l", which is a link/,
    ],
    [
      'a folder behind a link',
      [
        { name: 'l', type: '2', linkName: '..' },
        { name: 'l/evil/', type: '5' },
      ],
      /lies behind/,
    ],
    [
      'a link behind a link',
      [
        { name: 'l', type: '2', linkName: '.' },
        { name: 'l/m', type: '2', linkName: '/' },
      ],
      /lies behind/,
    ],
    [
      'a file behind a file',
      [
        { name: 'f', content: 'x' },
        { name: 'f/g', content: 'x' },
      ],
      /which is a file/,
    ],
    ['a hard link out of the tree', [{ name: 'h', type: '1', linkName: '../../x' }], /leads out/],
    ['a hard link to an absolute path', [{ name: 'h', type: '1', linkName: '/etc/passwd' }], /absolute/],
    [
      'a hard link to a link',
      [
        { name: 'l', type: '2', linkName: '/etc/passwd' },
        { name: 'h', type: '1', linkName: 'l' },
      ],
      /not a file that came before/,
    ],
    [
      'a hard link through a link',
      [
        { name: 'l', type: '2', linkName: '/etc' },
        { name: 'h', type: '1', linkName: 'l/passwd' },
      ],
      /not a file that came before/,
    ],
    ['a hard link to nothing', [{ name: 'h', type: '1', linkName: 'x' }], /"h" is a hard link to "x"/],
    ['a character device', [{ name: 'null', type: '3' }], /"null" is a character device/],
    ['a block device', [{ name: 'sda', type: '4' }], /"sda" is a block device/],
    ['a named pipe', [{ name: 'pipe', type: '6' }], /"pipe" is a named pipe/],
    ['a sparse file', [{ name: 's', type: 'S', content: 'x' }], /sparse/],
    [
      'a sparse file of pax',
      [
        { name: 'x', type: 'x', content: paxRecord('GNU.sparse.major', '1') },
        { name: 's', content: 'x' },
      ],
      /sparse/,
    ],
    ['an unknown type', [{ name: 'z', type: 'Z' }], /"z" is of the unknown type "Z"/],
    ['a link with content', [{ name: 'l', type: '2', linkName: 'x', content: 'x' }], /with content/],
    [
      'a file in place of a full folder',
      [
        { name: 'd/f', content: 'x' },
        { name: 'd', content: 'x' },
      ],
      /not empty/,
    ],
    ['a file as the root', [{ name: './', type: '2', linkName: '/tmp' }], /is the root/],
    [
      'a null byte in a name',
      [{ name: 'x', type: 'x', content: paxRecord('path', 'a\0b') }, { name: 'y' }],
      /null byte/,
    ],
    [
      'a name that pax hides',
      [{ name: 'x', type: 'x', content: paxRecord('path', '../../evil') }, { name: 'y' }],
      /leads out/,
    ],
    ['a name that GNU hides', [{ name: 'x', type: 'L', content: '/evil\0' }, { name: 'y' }], /absolute/],
    ['a name for all entries', [{ name: 'x', type: 'g', content: paxRecord('path', 'y') }], /global/],
    ['a component of 256 bytes', [{ name: 'x', type: 'L', content: 'n'.repeat(256) }, { name: 'y' }], /too long/],
    [
      'a path of 129 folders',
      [
        { name: 'x', type: 'L', content: 'n/'.repeat(129) },
        { name: 'y', type: '5' },
      ],
      /deep/,
    ],
    [
      'a damaged pax header',
      [{ name: 'x', type: 'x', content: '99 path=a\n' }, { name: 'y' }],
      /pax header is damaged/,
    ],
  ]
  it.each(hostile)('is refused, nothing written: %s', async (_, entries, sentence) => {
    expect(await refusalOf(packed([{ name: 'ok', content: 'ok' }, ...entries]))).toMatch(sentence)
  })

  const whole = tarOf([
    { name: 'a', content: 'x'.repeat(2_000) },
    { name: 'b', content: 'y' },
  ])
  it.each([
    ['no archive at all', Buffer.from('<html>not found</html>'.repeat(100)), /not a tar archive/],
    ['a few bytes', Buffer.from('abc'), /ends in the middle/],
    ['an end in a header', whole.subarray(0, 700), /ends in the middle of "a"/],
    ['an end between entries', whole.subarray(0, 512 + 2_048), /without its end mark/],
    ['an end in the packing', gzipSync(whole).subarray(0, 60), /unexpected end of file/],
    ['bytes after the end', Buffer.concat([whole, Buffer.from('more')]), /goes on after its end mark/],
    ['a second archive after the end', Buffer.concat([whole, whole]), /goes on after its end mark/],
    ['bytes after the packing', Buffer.concat([gzipSync(whole), Buffer.from('more')]), /incorrect header/],
  ])('is refused, nothing written: %s', async (_, bytes, sentence) => {
    expect(await refusalOf(bytes)).toMatch(sentence)
  })

  it('is refused while streaming when it grows beyond a ratio, a size or a number', async () => {
    const zeros = gzipSync(tarOf([{ name: 'zeros', content: Buffer.alloc(80 * 1024 * 1024) }]))
    expect(await refusalOf(zeros)).toMatch(/more than 200 times its size/)
    expect(await refusalOf(packed([{ name: 'big', size: 8 ** 11 - 1 }]))).toMatch(/more than 2147483648 bytes/)
    const links = Array.from({ length: 30 }, (_, at): RawEntry => ({ name: `h${at}`, type: '1', linkName: 'f' }))
    expect(await refusalOf(packed([{ name: 'f', content: 'x'.repeat(1_000) }, ...links]), { bytes: 20_000 })).toMatch(
      /20000 bytes/,
    )
    const many = Array.from({ length: 30 }, (_, at): RawEntry => ({ name: `f${at}` }))
    expect(await refusalOf(packed(many), { entries: 20 })).toMatch(/more than 20 entries/)
    expect(await refusalOf(packed([{ name: `${'d/'.repeat(40)}f` }]), { entries: 20 })).toMatch(/more than 20 entries/)
    expect(await refusalOf(packed([{ name: 'f', content: 'x' }]), { archiveBytes: 20 })).toMatch(/larger than 20 bytes/)
  })

  it('is refused before anything is unpacked when its SHA-256 is not the one that was named', async () => {
    const bytes = packed([{ name: 'a' }])
    const request = { ...requestFor(store, bytes), sha256: '0'.repeat(64) }
    await expect(unpackSource(request)).rejects.toMatchObject({ code: 'source_invalid' })
    await expect(unpackSource(request)).rejects.toThrow(/0000 was expected/)
  })

  it('made by damaging a good one gives a whole tree or a refusal, and nothing outside the store', async () => {
    const bytes = tarOf([
      { name: 'x', type: 'x', content: paxRecord('path', 'some/where') },
      { name: 'n', content: 'hello' },
      { name: 'l', type: '2', linkName: 'some' },
      { name: 'h', type: '1', linkName: 'some/where' },
    ])
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(damage, fc.boolean(), async (changes, repair) => {
        const damaged = Buffer.from(bytes)
        for (const [at, value] of changes) damaged[at] = value
        if (repair) for (let at = 0; at < damaged.length; at += 512) resum(damaged.subarray(at, at + 512))
        const outcome = await unpack(damaged).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'source_invalid' })
        else expect(verifyTree(outcome as { path: string; digest: string })).toBe(true)
        expect(await readdir(home)).toEqual(['store'])
      }),
      { numRuns: 150 },
    )
  })
})

function resum(block: Buffer): void {
  if (block.toString('latin1', 257, 262) !== 'ustar') return
  block.write('        ', 148)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}

describe('a tree is unpacked once', () => {
  const bytes = packed([{ name: 'a', content: 'content' }])

  it('opens the archive once, also for twenty who ask together', async () => {
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

  it('makes a tree of an earlier boot again when a power cut damaged it, and only then', async () => {
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
