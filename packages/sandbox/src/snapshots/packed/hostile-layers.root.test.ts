import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bench } from '../../../conformance/bench.ts'
import { openDriver } from '../../../conformance/test-driver.ts'
import type { OciDriver } from '../../driver/driver.ts'
import { paxRecord, type RawEntry, tarOf } from '../../source/archive.test-support.ts'
import { checkedLayer } from './check-layer.ts'
import { type Whiteout, whiteoutEntry } from './whiteouts.ts'

const rootFolder: RawEntry = { name: './', type: '5', mode: 0o755 }
const folder = (name: string): RawEntry => ({ name: `${name}/`, type: '5', mode: 0o755 })
const pax = (key: string, value: string): RawEntry => ({ name: 'x', type: 'x', content: paxRecord(key, value) })
const file = (name: string): RawEntry => ({ name, content: 'x' })

async function check(bytes: Buffer, maxBytes = 1 << 20): Promise<{ bytes: Buffer; whiteouts: readonly Whiteout[] }> {
  const whiteouts: Whiteout[] = []
  const pieces: Buffer[] = []
  const source = Readable.from([bytes.subarray(0, 700), bytes.subarray(700)].filter((piece) => piece.length > 0))
  for await (const piece of checkedLayer(source, maxBytes, async (whiteout) => void whiteouts.push(whiteout)))
    pieces.push(piece)
  return { bytes: Buffer.concat(pieces), whiteouts }
}

const hostile: readonly (readonly [string, readonly RawEntry[], RegExp])[] = [
  ['an absolute path', [{ name: '/etc/evil', content: 'x' }], /"\/etc\/evil" is an absolute path/],
  ['a path that leads out', [{ name: '../evil', content: 'x' }], /leads out/],
  ['a path that leads out and back in', [folder('a'), file('a/../../evil')], /leads out/],
  ['a path in an extended header that leads out', [pax('path', '../evil'), file('a')], /leads out/],
  ['a path of a sparse file that leads out', [pax('GNU.sparse.name', '/evil'), file('a')], /absolute/],
  ['a hard link to a file outside', [{ name: 'a', type: '1', linkName: '/etc/shadow' }], /absolute/],
  ['a hard link that leads out', [{ name: 'a', type: '1', linkName: '../../shadow' }], /leads out/],
  ['a file behind a link', [{ name: 'l', type: '2', linkName: '/tmp' }, file('l/evil')], /not a folder of this layer/],
  ['a folder behind a link', [{ name: 'l', type: '2', linkName: '..' }, folder('l/e')], /not a folder of this layer/],
  ['a file in a folder of another layer', [file('etc/passwd')], /not a folder of this layer/],
  ['a folder that becomes a link', [folder('a'), { name: 'a', type: '2', linkName: '/' }], /duplicate/],
  ['a file twice', [file('a'), file('a')], /duplicate/],
  ['entries in the wrong order', [file('b'), file('a')], /out of order/],
  ['a link where file systems are mounted', [{ name: 'dev', type: '2', linkName: '/etc' }], /"dev" is not a folder/],
  ['a character device', [{ name: 'kmem', type: '3' }], /is a device/],
  ['a block device', [{ name: 'sda', type: '4' }], /is a device/],
  [
    'an internal attribute of overlayfs',
    [pax('SCHILY.xattr.trusted.overlay.redirect', '/etc'), folder('a')],
    /unknown record/,
  ],
  ['a command to tar', [pax('GNU.volume.filename', '/etc'), file('a')], /unknown record/],
  ['a global header', [{ name: 'g', type: 'g', content: paxRecord('path', '/etc') }], /unknown type/],
  ['a GNU long name', [{ name: '././@LongLink', type: 'L', content: '/etc/evil' }], /unknown type/],
  ['a whiteout after a file', [file('a'), { name: '.wh.b' }], /wrong place/],
  ['a whiteout with content', [{ name: '.wh.b', content: 'x' }], /wrong place/],
  ['a whiteout of the parent folder', [{ name: '.wh...' }], /not a whiteout/],
  ['a whiteout whose path leads out', [{ name: '../.wh.b' }], /leads out/],
  ['a folder with content', [{ name: 'a/', type: '5', content: 'x' }], /with content/],
  ['an owner outside the id range of sandboxes', [pax('uid', '70000'), file('a')], /owner/],
  ['a size that is not a number', [pax('size', '1e9'), file('a')], /not a number/],
  [
    'more content than declared',
    [{ name: 'a', content: Buffer.alloc(2 << 20) }],
    /more than the declared 1048576 bytes/,
  ],
  ['less content than its header declares', [{ name: 'a', content: 'x', size: 5_000_000 }], /is truncated/],
]

describe('G25 a hostile layer', () => {
  it.each(hostile)('with %s is refused', async (_, entries, why) => {
    await expect(check(tarOf([...entries]))).rejects.toThrow(why)
  })

  it('that is truncated, or continues after its end, is refused', async () => {
    await expect(check(tarOf([file('a')], Buffer.alloc(0)))).rejects.toThrow('no end-of-archive marker')
    await expect(check(Buffer.concat([tarOf([file('a')]), tarOf([file('b')])]))).rejects.toThrow('continues after')
  })

  it('is the only kind that is refused: packed layers pass byte for byte, without their whiteouts', async () => {
    const entries = [rootFolder, folder('a'), file('a/b'), { name: 'c', type: '1', linkName: 'a/b' }, file('d')]
    const names = ['gone', 'a/\xff\n', `a/${'n'.repeat(255)}`]
    const whole = Buffer.concat([...names.map(whiteoutEntry), tarOf([{ name: 'a/.wh..wh..opq' }, ...entries])])
    const checked = await check(whole)
    expect(checked.bytes).toEqual(tarOf(entries))
    expect(checked.whiteouts).toEqual([...names.map((removed) => ({ removed })), { emptied: 'a' }])
  })

  it('of random bytes, or with random changes, never writes outside', async () => {
    const good = tarOf([rootFolder, folder('a'), file('a/b'), pax('path', 'c'), file('x')])
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const bytes = Buffer.from(good)
        for (const [at, byte] of changes) bytes[at] = byte
        const passed = await check(bytes).catch((error: unknown) => error)
        // A changed checksum, path or size is detected; content and times may change unnoticed.
        if (!(passed instanceof Error)) expect(JSON.stringify(passed)).not.toContain('..')
      }),
    )
  })
})

describe('G25 a hostile fetched layer', () => {
  let root: string
  let driver: OciDriver
  let bench: Bench
  beforeAll(async () => {
    root = await mkdtemp('/var/tmp/harmont-hostile-')
    driver = await openDriver(join(root, 'driver'))
    bench = await Bench.open(driver, 'host', join(root, 'driver'))
  })
  afterAll(async () => {
    await bench.destroyAll()
    await driver.close()
    await rm(root, { recursive: true, force: true })
  })

  async function fetched(blob: Buffer, changes: { digest?: string; bytes?: number } = {}): Promise<string> {
    const id = randomUUID()
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`
    const layer = { digest, bytes: 1 << 20, ...changes }
    const meta = { cache: { namespace: 'n', key: id }, origin: {} }
    const [imageDigest, createdAt] = [bench.image.digest, new Date().toISOString()]
    await driver.snapshots.unpack({ id, parent: null, imageDigest, layers: [id], meta, createdAt, layer }, null, () =>
      Readable.from([blob]),
    )
    return id
  }

  const refused: readonly (readonly [string, () => Buffer, { digest?: string; bytes?: number }, RegExp])[] = [
    ['is not an archive', () => Buffer.from('nothing of the kind'), {}, /refused/],
    ['is cut off', () => packed([rootFolder, file('a')]).subarray(0, -20), {}, /refused/],
    ['has another digest', () => packed([rootFolder, file('a')]), { digest: `sha256:${'0'.repeat(64)}` }, /digest is/],
    [
      'is a bomb',
      () => packed([rootFolder, { name: 'a', content: Buffer.alloc(64 << 20) }]),
      { bytes: 1 << 20 },
      /more than/,
    ],
    ['has a device', () => packed([rootFolder, file('a'), { name: 'kmem', type: '3' }]), {}, /is a device/],
    [
      'writes behind a link',
      () => packed([{ name: 'l', type: '2', linkName: root }, file('l/evil')]),
      {},
      /not a folder/,
    ],
    ['deletes behind a link', () => packed([{ name: 'bin/.wh.sh' }, rootFolder]), {}, /no parent folder/],
  ]
  it.each(refused)('that %s leaves nothing', async (_, blob, changes, why) => {
    await expect(fetched(blob(), changes)).rejects.toThrow(why)
    expect(await readdir(join(root, 'driver', 'snapshots'))).toEqual([])
    expect(await readdir(join(root, 'driver', 'trash'))).toEqual([])
    expect(existsSync(join(root, 'evil'))).toBe(false)
  })

  it('may contain setuid files, which belong to the root user of the sandbox', async () => {
    const id = await fetched(packed([rootFolder, { name: 'su', content: '#!/bin/sh\n', mode: 0o4755 }]))
    expect(await bench.print('stat -c "%u %a" /su; ls /usr/bin/env', { from: id })).toBe('0 4755\n/usr/bin/env\n')
    await driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  })

  function packed(entries: readonly RawEntry[]): Buffer {
    return zstdCompressSync(tarOf(entries))
  }
})
