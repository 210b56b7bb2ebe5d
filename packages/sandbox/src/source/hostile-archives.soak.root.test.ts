import { mkdtemp, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SandboxError } from '../sandbox-driver.ts'
import { packed, paxRecord, type RawEntry, requestFor, tarOf } from './archive.test-support.ts'
import { unpackSource } from './index.ts'
import { verifyTree } from './manifest.ts'

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

describe('G25 a hostile archive', () => {
  const hostile: readonly (readonly [string, readonly RawEntry[], RegExp])[] = [
    ['an absolute path', [{ name: '/etc/evil', content: 'x' }], /"\/etc\/evil" is an absolute path/],
    ['a path out of the tree', [{ name: '../evil', content: 'x' }], /"\.\.\/evil" leads out/],
    ['a path that leads out and back in', [{ name: 'a/../../store/b', content: 'x' }], /leads out/],
    [
      'a file behind a link',
      [
        { name: 'l', type: '2', linkName: '/tmp' },
        { name: 'l/evil', content: 'x' },
      ],
      /"l\/evil" is below "l", which is a link/,
    ],
    [
      'a folder behind a link',
      [
        { name: 'l', type: '2', linkName: '..' },
        { name: 'l/evil/', type: '5' },
      ],
      /is below/,
    ],
    [
      'a link behind a link',
      [
        { name: 'l', type: '2', linkName: '.' },
        { name: 'l/m', type: '2', linkName: '/' },
      ],
      /is below/,
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
      /not an earlier file/,
    ],
    [
      'a hard link through a link',
      [
        { name: 'l', type: '2', linkName: '/etc' },
        { name: 'h', type: '1', linkName: 'l/passwd' },
      ],
      /not an earlier file/,
    ],
    ['a hard link to a missing file', [{ name: 'h', type: '1', linkName: 'x' }], /"h" is a hard link to "x"/],
    ['a character device', [{ name: 'null', type: '3' }], /"null" is a character device/],
    ['a block device', [{ name: 'sda', type: '4' }], /"sda" is a block device/],
    ['a named pipe', [{ name: 'pipe', type: '6' }], /"pipe" is a named pipe/],
    ['a sparse file', [{ name: 's', type: 'S', content: 'x' }], /sparse/],
    [
      'a sparse file in pax format',
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
    ['a root that is not a folder', [{ name: './', type: '2', linkName: '/tmp' }], /is the root/],
    [
      'a null byte in a name',
      [{ name: 'x', type: 'x', content: paxRecord('path', 'a\0b') }, { name: 'y' }],
      /null byte/,
    ],
    [
      'a path in a pax header that leads out',
      [{ name: 'x', type: 'x', content: paxRecord('path', '../../evil') }, { name: 'y' }],
      /leads out/,
    ],
    ['an absolute path in a GNU long name', [{ name: 'x', type: 'L', content: '/evil\0' }, { name: 'y' }], /absolute/],
    ['a global header with a path', [{ name: 'x', type: 'g', content: paxRecord('path', 'y') }], /global/],
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
  it.each(hostile)('is refused, and nothing is written: %s', async (_, entries, sentence) => {
    expect(await refusalOf(packed([{ name: 'ok', content: 'ok' }, ...entries]))).toMatch(sentence)
  })

  const whole = tarOf([
    { name: 'a', content: 'x'.repeat(2_000) },
    { name: 'b', content: 'y' },
  ])
  it.each([
    ['a file that is not an archive', Buffer.from('<html>not found</html>'.repeat(100)), /not a tar archive/],
    ['a few bytes', Buffer.from('abc'), /is truncated/],
    ['truncation within a header', whole.subarray(0, 700), /is truncated inside "a"/],
    ['truncation between entries', whole.subarray(0, 512 + 2_048), /no end-of-archive marker/],
    ['truncation of the compressed data', gzipSync(whole).subarray(0, 60), /unexpected end of file/],
    ['bytes after the end', Buffer.concat([whole, Buffer.from('more')]), /continues after its end-of-archive marker/],
    ['a second archive after the end', Buffer.concat([whole, whole]), /continues after its end-of-archive marker/],
    ['bytes after the compressed data', Buffer.concat([gzipSync(whole), Buffer.from('more')]), /incorrect header/],
  ])('is refused, and nothing remains: %s', async (_, bytes, sentence) => {
    expect(await refusalOf(bytes)).toMatch(sentence)
  })

  it('is refused during streaming if it exceeds a ratio, a size or a number of entries', async () => {
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

  it('is refused before unpacking if its SHA-256 differs', async () => {
    const bytes = packed([{ name: 'a' }])
    const request = { ...requestFor(store, bytes), sha256: '0'.repeat(64) }
    await expect(unpackSource(request)).rejects.toMatchObject({ code: 'source_invalid' })
    await expect(unpackSource(request)).rejects.toThrow(/expected 0000/)
  })

  it('derived from a valid one by damage results in a whole tree or a refusal, and never writes outside the store', async () => {
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
      { numRuns: scaled(12) },
    )
  })
})

function resum(block: Buffer): void {
  if (block.toString('latin1', 257, 262) !== 'ustar') return
  block.write('        ', 148)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}
